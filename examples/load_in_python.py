"""Loads what the example `load_in_python` wrote, twice, and compares the values: see load_in_python.rs."""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from safetensors import safe_open

folder = Path(sys.argv[1])
with open(folder / "values.csv", newline="") as file:
    names, *rows = csv.reader(file)
table = np.array(rows, np.float32)
features, expected = table[:, :-1], table[:, -1]

# The weights alone, and the forward pass by hand.
with safe_open(folder / "model.safetensors", "numpy") as file:
    about = json.loads(file.metadata()["model"])
    layers = [
        (file.get_tensor(f"layers.{i}.weight"), file.get_tensor(f"layers.{i}.bias"))
        for i in range(len(file.keys()) // 2)
    ]
assert about["features"] == names[:-1], about["features"]
values = features
for weight, bias in layers[:-1]:
    values = np.maximum(values @ weight + bias, 0)
weight, bias = layers[-1]
by_hand = (values @ weight + bias)[:, 0]

# The whole network.
session = onnxruntime.InferenceSession(folder / "model.onnx")
by_onnx = session.run(["values"], {"features": features})[0].reshape(-1)

for name, got in [("safetensors", by_hand), ("ONNX", by_onnx)]:
    off = np.abs(got - expected).max() / max(1, np.abs(expected).max())
    assert off < 1e-4, f"{name}: {off} off"
    print(f"{name}: {len(expected)} positions, {off:.1e} off at most")
