"""PyTorch's side of `cargo xtask bench`: the work that `peer.rs` times, under the same names.

Prints lines `name<TAB>milliseconds`, the shortest of several runs after a warm-up; everything else goes to standard error.
Weights are random: no value is compared here, only time. Inference runs in eager mode, without autograd.
"""

import argparse
import sys
import time

import torch
from torch import nn

# channels, frames, side: the depthwise operators of the four stages of ir-50 at 32 frames of 224 pixels
DEPTHWISE = [(64, 32, 56), (128, 16, 28), (256, 8, 14), (512, 4, 7)]
BLOCKS = [3, 4, 6, 3]


class Unit(nn.Sequential):
    """A convolution without bias and its batch norm."""

    def __init__(self, inputs, outputs, kernel=1, stride=1, padding=0, groups=1):
        super().__init__(
            nn.Conv3d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False),
            nn.BatchNorm3d(outputs, eps=1e-3),
        )


class Bottleneck(nn.Module):
    """1x1x1, depthwise 3x3x3, 1x1x1, beside a shortcut ("interaction-reduced")."""

    def __init__(self, inputs, planes, stride):
        super().__init__()
        self.reduce = Unit(inputs, planes)
        self.depthwise = Unit(planes, planes, 3, stride, 1, groups=planes)
        self.expand = Unit(planes, 4 * planes)
        self.shortcut = Unit(inputs, 4 * planes, 1, stride) if inputs != 4 * planes else nn.Identity()
        self.relu = nn.ReLU(inplace=True)

    def forward(self, clip):
        inner = self.relu(self.depthwise(self.relu(self.reduce(clip))))
        return self.relu(self.expand(inner) + self.shortcut(clip))


class Csn50(nn.Module):
    """ir-CSN with 50 layers and 400 classes."""

    def __init__(self):
        super().__init__()
        layers = [Unit(3, 64, (3, 7, 7), (1, 2, 2), (1, 3, 3)), nn.ReLU(inplace=True), nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1))]
        inputs = 64
        for stage, blocks in enumerate(BLOCKS):
            planes = 64 << stage
            for block in range(blocks):
                stride = 2 if stage > 0 and block == 0 else 1
                layers.append(Bottleneck(inputs, planes, stride))
                inputs = 4 * planes
        self.backbone = nn.Sequential(*layers)
        self.head = nn.Linear(inputs, 400)

    def forward(self, clip):
        return self.head(self.backbone(clip).mean(dim=(2, 3, 4)))


def shortest_millis(work, runs):
    """The shortest of `runs` timed calls, after one that is not timed."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000.0 * min(times)


def report(name, work, runs):
    print(f"{name}\t{shortest_millis(work, runs):.3f}", flush=True)


def time_network(runs):
    network = Csn50().eval()
    clip = torch.randn(1, 3, 32, 224, 224)
    with torch.inference_mode():
        report("ir50_32x224", lambda: network(clip), runs)
        network = network.to(memory_format=torch.channels_last_3d)
        clip = clip.to(memory_format=torch.channels_last_3d)
        report("ir50_32x224_channels_last", lambda: network(clip), runs)


def time_depthwise(channels, frames, side, runs):
    clip = torch.randn(1, channels, frames, side, side)
    weight = torch.randn(channels, 1, 3, 3, 3)
    gradient = torch.randn_like(clip)
    shape = f"{channels}x{frames}x{side}"

    def backward(of_data, of_weight):
        return torch.ops.aten.convolution_backward(
            gradient, clip, weight, None, [1, 1, 1], [1, 1, 1], [1, 1, 1], False, [0, 0, 0], channels, [of_data, of_weight, False]
        )

    with torch.inference_mode():
        report(f"dw_fwd_{shape}", lambda: torch.conv3d(clip, weight, padding=1, groups=channels), runs)
        report(f"dw_dgrad_{shape}", lambda: backward(True, False), runs)
        report(f"dw_wgrad_{shape}", lambda: backward(False, True), runs)


def time_product(runs):
    left, right = torch.randn(2048, 2048), torch.randn(2048, 2048)
    with torch.inference_mode():
        report("sgemm_2048", lambda: left @ right, runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--runs", type=int, default=5, help="timed runs of the network; the operators get four times as many")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads", file=sys.stderr)
    time_network(args.runs)
    for shape in DEPTHWISE:
        time_depthwise(*shape, runs=4 * args.runs)
    time_product(4 * args.runs)


if __name__ == "__main__":
    main()
