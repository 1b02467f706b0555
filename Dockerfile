# inkten serve in a container; docs/serve.md shows how to build, run and renew it.
ARG BASE=docker.io/library/python:3.12-slim@sha256:78387bc3881b8273120a12ebe6c1ab22b018ccc2c9adf565ae1ac9b536e184ea

FROM $BASE AS build
WORKDIR /inkten
COPY container container
RUN python3 -m venv /opt/build \
  && /opt/build/bin/pip install --no-cache-dir --require-hashes -r container/build.txt \
  && python3 -m venv /opt/inkten \
  && /opt/inkten/bin/pip install --no-cache-dir --require-hashes -r container/serve.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /opt/build/bin/pip wheel --no-build-isolation --no-deps --wheel-dir /wheel . \
  && /opt/inkten/bin/pip install --no-cache-dir --no-index --no-deps /wheel/*.whl

FROM $BASE
COPY --from=build /opt/inkten /opt/inkten
COPY container/health_check.py /opt/inkten/
RUN useradd --system --no-create-home --uid 10001 inkten
USER inkten
ENV PATH=/opt/inkten/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "/opt/inkten/health_check.py"]
# Only the metrics of several workers are written, to /tmp: the root can be read-only,
# with a tmpfs at /tmp. Other containers that use this one by name need --allow-host NAME.
STOPSIGNAL SIGTERM
ENTRYPOINT ["inkten", "serve", "--host", "0.0.0.0"]
