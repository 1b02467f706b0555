# inkten serve in a container; docs/serve.md shows how to run it.
FROM python:3.12-slim AS build
WORKDIR /inkten
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN python -m venv /opt/inkten && /opt/inkten/bin/pip install --no-cache-dir '.[serve,heic,xlsx]'

FROM python:3.12-slim
COPY --from=build /opt/inkten /opt/inkten
RUN useradd --system --no-create-home --uid 10001 inkten
USER inkten
ENV PATH=/opt/inkten/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
# Only the metrics of several workers are written, to /tmp: the root can be read-only,
# with a tmpfs at /tmp. Other containers that use this one by name need --allow-host NAME.
STOPSIGNAL SIGTERM
ENTRYPOINT ["inkten", "serve", "--host", "0.0.0.0"]
