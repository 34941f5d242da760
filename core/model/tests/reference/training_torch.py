"""PyTorch's numbers for training: `training.json`, which the tests of the trainer read.

Losses, optimizers and twenty steps of a tiny network, with frozen, standing and live batch norm. Weights, clips and everything
else that goes in follow from a hash (`formula_values` in `weights/formula.rs`), so that no file but this one is needed.
Trajectories are computed in single and in double precision: their distance is what rounding alone makes of them.

    python training_torch.py > training.json
"""

import json
import math

import numpy
import torch
from torch import nn
from torch.nn import functional

CLIPS, FRAMES, SIDE, CLASSES, BATCH, STEPS, BASE = 12, 4, 48, 5, 4, 20, 8
MEAN = numpy.array([123.675, 116.28, 103.53], dtype=numpy.float32)
STD = numpy.array([58.395, 57.12, 57.375], dtype=numpy.float32)


def formula(seed, name, count):
    """Numbers from 0 to 1: a hash of the seed, the name and the index."""
    with numpy.errstate(over="ignore"):
        start = 0xCBF29CE484222325
        for byte in f"{seed}/{name}".encode():
            start = ((start ^ byte) * 0x100000001B3) % 2**64
        z = numpy.arange(count, dtype=numpy.uint64) + numpy.uint64((start + 0x9E3779B97F4A7C15) % 2**64)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    return (z >> numpy.uint64(40)).astype(numpy.float64) / 2**24


class Unit(nn.Module):
    def __init__(self, inputs, outputs, kernel=1, stride=1, padding=0, groups=1):
        super().__init__()
        self.conv = nn.Conv3d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        self.bn = nn.BatchNorm3d(outputs, eps=1e-3)

    def forward(self, x):
        return self.bn(self.conv(x))


class Bottleneck(nn.Module):
    def __init__(self, inputs, planes, stride, mode, shortcut):
        super().__init__()
        self.conv1 = Unit(inputs, planes)
        depthwise = Unit(planes, planes, 3, stride, 1, groups=planes)
        self.conv2 = nn.Sequential(*([Unit(planes, planes)] if mode == "ip" else []), depthwise)
        self.conv3 = Unit(planes, 4 * planes)
        if shortcut:
            self.downsample = Unit(inputs, 4 * planes, 1, stride)

    def forward(self, x):
        inner = self.conv3(functional.relu(self.conv2(functional.relu(self.conv1(x)))))
        return functional.relu(inner + (self.downsample(x) if hasattr(self, "downsample") else x))


class Backbone(nn.Module):
    def __init__(self, mode, blocks):
        super().__init__()
        self.conv1 = Unit(3, BASE, (3, 7, 7), (1, 2, 2), (1, 3, 3))
        inputs = BASE
        for stage, count in enumerate(blocks):
            planes, layer = BASE << stage, []
            for block in range(count):
                stride = 2 if stage > 0 and block == 0 else 1
                layer.append(Bottleneck(inputs, planes, stride, mode, block == 0))
                inputs = 4 * planes
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layer))

    def forward(self, x):
        x = functional.max_pool3d(functional.relu(self.conv1(x)), (1, 3, 3), (1, 2, 2), (0, 1, 1))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc_cls = nn.Linear(32 * BASE, CLASSES)


class Network(nn.Module):
    def __init__(self, mode, blocks=(1, 2, 1, 1)):
        super().__init__()
        self.backbone, self.cls_head = Backbone(mode, blocks), Head()

    def forward(self, x):
        return self.cls_head.fc_cls(self.backbone(x).mean(dim=(2, 3, 4)))


def set_weights(network, seed):
    """The weights of `formula_weights`, but for batch norms: every other channel is shifted far above zero, the rest far below.

    So no rounding puts a number on the other side of a ReLU's corner, after which two trajectories would part for good.
    """
    for name, tensor in network.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        u = formula(seed, name, tensor.numel())
        if name.endswith("conv.weight"):
            value = (2 * u - 1) * math.sqrt(6 / tensor[0].numel())
        elif name.endswith("bn.weight"):
            value = 0.2 + 0.2 * u
        elif name.endswith("bn.bias"):
            value = numpy.where(numpy.arange(len(u)) % 2 == 0, 2.5, -2.5) + (2 * u - 1) * 0.2
        elif name.endswith("running_var"):
            value = 0.5 + u
        elif name == "cls_head.fc_cls.weight":
            value = (2 * u - 1) * math.sqrt(3 / (32 * BASE))
        elif name == "cls_head.fc_cls.bias":
            value = (2 * u - 1) * 0.1
        else:
            value = (2 * u - 1) * 0.2
        tensor.copy_(torch.from_numpy(value.astype(numpy.float32)).reshape(tensor.shape))


def clips(indices):
    """Normalised clips, [batch, 3, time, height, width]."""
    found = []
    for index in indices:
        u = formula(1, f"clip{index}", FRAMES * SIDE * SIDE * 3)
        pixels = numpy.floor(u * 256).astype(numpy.float32).reshape(FRAMES, SIDE, SIDE, 3)
        # Every class has a brightness of its own, so that there is something to learn.
        pixels = numpy.floor(pixels * (0.4 + 0.15 * (index % CLASSES)))
        found.append(((pixels - MEAN) / STD).transpose(3, 0, 1, 2))
    return torch.from_numpy(numpy.stack(found))


def trajectory(mode, norm, optimizer, precision):
    network = Network(mode)
    set_weights(network, 11)
    network = network.to(precision).train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm3d) and norm != "train":
            module.eval()
            module.weight.requires_grad_(norm == "eval")
            module.bias.requires_grad_(norm == "eval")
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    if optimizer == "sgd":
        moving = torch.optim.SGD(parameters, lr=0.002, momentum=0.9, weight_decay=1e-4)
    else:
        moving = torch.optim.AdamW(parameters, lr=0.0001, weight_decay=0.01)
    losses, norms = [], []
    for step in range(STEPS):
        indices = [(step * BATCH + place) * 5 % CLIPS for place in range(BATCH)]
        labels = torch.tensor([index % CLASSES for index in indices])
        logits = network(clips(indices).to(precision))
        loss = functional.cross_entropy(logits, labels)
        moving.zero_grad()
        loss.backward()
        norms.append(float(nn.utils.clip_grad_norm_(parameters, 3.0)))
        moving.step()
        losses.append(float(loss))
    network.eval()
    with torch.no_grad():
        after = network(clips(range(BATCH)).to(precision))
    return {"losses": losses, "norms": norms, "evaluation": after.flatten().tolist()}


def trajectories():
    cases = [(mode, norm, "sgd") for mode in ("ir", "ip") for norm in ("frozen", "eval", "train")]
    for mode, norm, optimizer in cases + [("ir", "eval", "adamw")]:
        single = trajectory(mode, norm, optimizer, torch.float32)
        double = trajectory(mode, norm, optimizer, torch.float64)
        yield {"mode": mode, "norm": norm, "optimizer": optimizer, "single": single, "double": double}


LOGITS = numpy.floor(formula(2, "logits", 4 * CLASSES) * 1024) / 128 - 4
LABELS = [3, 0, 4, 3]
WEIGHTS = [0.5, 1.0, 2.0, 0.25, 3.0]
MULTI = [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0]


def losses():
    for multi in (False, True):
        for smoothing in (0.0, 0.1):
            for weights in (None, WEIGHTS):
                logits = torch.tensor(LOGITS).reshape(4, CLASSES).requires_grad_()
                weight = None if weights is None else torch.tensor(weights, dtype=torch.float64)
                if multi:
                    labels = torch.tensor(MULTI, dtype=torch.float64).reshape(4, CLASSES)
                    labels = (1 - smoothing) * labels + smoothing / CLASSES
                    loss = functional.binary_cross_entropy_with_logits(logits, labels, weight)
                else:
                    loss = functional.cross_entropy(logits, torch.tensor(LABELS), weight, label_smoothing=smoothing)
                loss.backward()
                yield {
                    "multi": multi,
                    "smoothing": smoothing,
                    "weights": weights,
                    "loss": float(loss),
                    "gradient": logits.grad.flatten().tolist(),
                }


def optimizers():
    """Eight numbers, moved five times at falling rates along gradients from the hash."""
    makers = {
        "sgd": lambda p: torch.optim.SGD(p, lr=1.0, momentum=0.9, weight_decay=1e-2),
        "sgd_plain": lambda p: torch.optim.SGD(p, lr=1.0),
        "adamw": lambda p: torch.optim.AdamW(p, lr=1.0, betas=(0.8, 0.99), eps=1e-7, weight_decay=0.05),
    }
    for name, make in makers.items():
        values = torch.tensor(formula(3, "value", 8) * 2 - 1, dtype=torch.float32, requires_grad=True)
        moving, after = make([values]), []
        for step in range(5):
            values.grad = torch.tensor(formula(3, f"gradient{step}", 8) * 2 - 1, dtype=torch.float32)
            moving.param_groups[0]["lr"] = 0.1 / (step + 1)
            moving.step()
            after.append(values.tolist())
        yield {"optimizer": name, "after": after}


def written(value):
    if isinstance(value, list) and isinstance(value[0], dict):
        return "[\n" + ",\n".join(f"  {json.dumps(case)}" for case in value) + "\n ]"
    return json.dumps(value)


def main():
    # The tensors are small: more threads would only wait for each other.
    torch.set_num_threads(1)
    found = {
        "torch": torch.__version__,
        "logits": LOGITS.tolist(),
        "labels": LABELS,
        "multi": MULTI,
        "losses": list(losses()),
        "optimizers": list(optimizers()),
        "trajectories": list(trajectories()),
    }
    # A line for each case.
    lines = [f" {json.dumps(name)}: {written(value)}" for name, value in found.items()]
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
