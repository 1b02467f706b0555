"""A minimal service for comparison: FastAPI, a Keras model, ``model.predict``.

``benchmarks/serve.py`` starts it:

    PEER_MODEL=model.keras uvicorn --app-dir benchmarks peer_service:app
"""

import os

import cv2
import keras
import numpy as np
from fastapi import FastAPI, UploadFile

model = keras.models.load_model(os.environ["PEER_MODEL"])
app = FastAPI()


@app.post("/predict")
def predict(file: UploadFile) -> dict[str, int]:
    """Read one digit by the plain recipe."""
    content = np.frombuffer(file.file.read(), np.uint8)
    gray = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE)
    small = cv2.resize(gray, (28, 28)) / 255.0
    prediction = model.predict(small.reshape(1, 28, 28), verbose=0)
    return {"digit": int(prediction.argmax())}
