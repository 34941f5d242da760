"""Compares ONNX networks that Kinetoscope wrote with what Kinetoscope itself computes.

    pip install numpy onnx onnxruntime
    KS_ONNX_OUT=/some/folder cargo test --release --workspace --test onnx -- real_size
    python packaging/checks/check_onnx.py /some/folder

The test writes, for each network, NAME.onnx and NAME.safetensors with `clips` and `logits`. This script lets ONNX's own
checker look at every network, runs it in onnxruntime, and fails if a logit differs by more than 1e-4 * max(1, |logit|).
"""

import json
import pathlib
import struct
import sys

import numpy
import onnx
import onnxruntime

LIMIT = 1e-4


def tensors(path):
    """The single-precision arrays of a safetensors file."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    body = data[8 + length:]
    header = json.loads(data[8:8 + length])
    return {
        name: numpy.frombuffer(body[slice(*about["data_offsets"])], "<f4").reshape(about["shape"])
        for name, about in header.items()
        if name != "__metadata__"
    }


def check(path):
    """Whether a network agrees."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (clips,) = session.get_inputs()
    expected = tensors(path.with_suffix(".safetensors"))
    (logits,) = session.run(None, {clips.name: expected["clips"]})
    difference = numpy.abs(logits - expected["logits"])
    relative = (difference / numpy.maximum(1, numpy.abs(expected["logits"]))).max()
    shape = "x".join(map(str, expected["clips"].shape))
    print(f"{path.name}: clips {clips.shape} run as {shape}, {logits.shape[1]} logits, "
          f"largest difference {difference.max():.2e}, relative {relative:.2e}")
    return relative <= LIMIT


def main():
    networks = sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"))
    results = [check(path) for path in networks]
    sys.exit(0 if results and all(results) else 1)


if __name__ == "__main__":
    main()
