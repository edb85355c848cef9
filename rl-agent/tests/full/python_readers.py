"""Checks the files in a folder written by the test `python`: run by `20-python-readers`."""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from safetensors import safe_open
from safetensors.numpy import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

folder = Path(sys.argv[1])


def answers(name):
    told = json.loads((folder / f"{name}.json").read_text())
    return np.array(told["observations"], np.float32), np.array(told["values"], np.float32)


def close(name, got, expected):
    off = np.abs(got - expected).max()
    assert off < 1e-4, f"{name}: {off} off"
    print(f"{name}: {off:.1e} off at most")


# safetensors, and the forward pass by hand.
for name, layers in [("afterstates", ["layers.0", "layers.1", "layers.2"]), ("plain", ["hidden.0", "actions.0"])]:
    tensors = load_file(folder / f"{name}.safetensors")
    rows, expected = answers(name)
    for layer in layers:
        rows = rows @ tensors[f"{layer}.weight"] + tensors[f"{layer}.bias"]
        if layer != layers[-1]:
            rows = np.maximum(rows, 0)
    close(f"{name}.safetensors", rows, expected)
with safe_open(folder / "all.safetensors", "numpy") as file:
    header = json.loads(file.metadata()["model"])
    assert header["kind"] == "state-action-values" and header["architecture"]["dueling"], header
    assert file.get_tensor("convolution.1.weight").shape == (2, 2, 4, 3)
    assert file.get_tensor("normalizer.scale").shape == (12,)

# onnxruntime: values, and the best legal action.
for name in ["afterstates", "patches"]:
    session = onnxruntime.InferenceSession(folder / f"{name}.onnx")
    rows, expected = answers(name)
    close(f"{name}.onnx", session.run(["values"], {"features": rows})[0], expected)
for name in ["plain", "all"]:
    session = onnxruntime.InferenceSession(folder / f"{name}.onnx")
    rows, expected = answers(name)
    legal = np.random.default_rng(0).random(expected.shape) < 0.5
    legal[:, 0] = True
    values, action = session.run(["values", "action"], {"observation": rows, "legal": legal})
    close(f"{name}.onnx", values, expected)
    assert (action == np.where(legal, expected, -np.inf).argmax(1)).all(), name

# TensorBoard against the JSON lines of the same run.
for name in ["plain", "all"]:
    board = EventAccumulator(str(folder / name))
    board.Reload()
    lines = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]
    for tag, event, value in [
        ("episode/reward", "episode", lambda line: line["reward"]),
        ("episode/length", "episode", lambda line: line["length"]),
        ("metrics/mean_reward", "metrics", lambda line: line["mean_reward"]),
    ]:
        told = [(line["step"], value(line)) for line in lines if line["event"] == event]
        read = [(scalar.step, scalar.value) for scalar in board.Scalars(tag)]
        assert [step for step, _ in told] == [step for step, _ in read], f"{name}: {tag}"
        assert np.allclose([v for _, v in told], [v for _, v in read]), f"{name}: {tag}"
    assert "train/loss" in board.Tags()["scalars"]
    print(f"{name}: TensorBoard reads {len(board.Tags()['scalars'])} series")
