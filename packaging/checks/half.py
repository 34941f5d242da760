"""Logits of the fixture checkpoints/ip4_half.pth in double precision, by plain PyTorch operations.

    pip install torch numpy
    python packaging/checks/half.py ../shared/fixtures

The fixture's own reference has the logits of weights that were not rounded. What this prints is what
core/model/src/verify/checkpoints.rs holds.
"""

import json
import pathlib
import struct
import sys

import numpy
import torch
import torch.nn.functional as F


def clips(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    about = json.loads(data[8:8 + length])["x"]
    values = numpy.frombuffer(data[8 + length:][slice(*about["data_offsets"])], "<f4")
    return torch.from_numpy(values.reshape(about["shape"]).copy()).double()


def main():
    folder = pathlib.Path(sys.argv[1]) / "checkpoints"
    saved = torch.load(folder / "ip4_half.pth", map_location="cpu", weights_only=True)
    weights = {name: value.double() for name, value in saved.get("state_dict", saved).items()}

    def unit(x, name, **how):
        x = F.conv3d(x, weights[f"{name}.conv.weight"], **how)
        bn = [weights[f"{name}.bn.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
        return F.batch_norm(x, *bn, training=False, eps=1e-3)

    x = clips(folder / "ip4_io.safetensors")
    x = F.relu(unit(x, "backbone.conv1", stride=(1, 2, 2), padding=(1, 3, 3)))
    x = F.max_pool3d(x, (1, 3, 3), (1, 2, 2), (0, 1, 1))
    for stage in range(1, 5):
        block = 0
        while f"backbone.layer{stage}.{block}.conv1.conv.weight" in weights:
            name = f"backbone.layer{stage}.{block}"
            stride = 2 if stage > 1 and block == 0 else 1
            y = F.relu(unit(x, f"{name}.conv1"))
            y = unit(y, f"{name}.conv2.0")
            y = F.relu(unit(y, f"{name}.conv2.1", stride=stride, padding=1, groups=y.shape[1]))
            y = unit(y, f"{name}.conv3")
            x = F.relu(y + (unit(x, f"{name}.downsample", stride=stride) if block == 0 else x))
            block += 1
    head = [weights[f"cls_head.fc_cls.{part}"] for part in ("weight", "bias")]
    logits = F.linear(x.mean((2, 3, 4)), *head)
    for row in logits.tolist():
        print(", ".join(f"{value:.9f}" for value in row))


if __name__ == "__main__":
    main()
