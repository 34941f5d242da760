"""PyTorch's side of `step.rs`: the same steps of training in eager mode, under the same names.

Prints lines `name<TAB>milliseconds`, the shortest of several steps after one that is not timed. Weights are random: no value
is compared here, only time.
"""

import argparse
import sys
import time

import torch
from torch import nn
from torch.nn import functional

from peer_torch import Bottleneck, Unit


class Csn(nn.Module):
    """An ir-CSN."""

    def __init__(self, blocks, base, classes):
        super().__init__()
        self.stem = nn.Sequential(
            Unit(3, base, (3, 7, 7), (1, 2, 2), (1, 3, 3)), nn.ReLU(inplace=True), nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1))
        )
        self.stages = nn.ModuleList()
        inputs = base
        for stage, count in enumerate(blocks):
            layers, planes = [], base << stage
            for block in range(count):
                layers.append(Bottleneck(inputs, planes, 2 if stage > 0 and block == 0 else 1))
                inputs = 4 * planes
            self.stages.append(nn.Sequential(*layers))
        self.dropout, self.head = nn.Dropout(0.5), nn.Linear(inputs, classes)

    def forward(self, clip):
        clip = self.stem(clip)
        for stage in self.stages:
            clip = stage(clip)
        return self.head(self.dropout(clip.mean(dim=(2, 3, 4))))


def time_step(name, blocks, base, classes, live, only_last, channels_last, runs):
    network = Csn(blocks, base, classes).train()
    clips = torch.randn(2, 3, 8, 112, 112)
    if channels_last:
        network = network.to(memory_format=torch.channels_last_3d)
        clips = clips.to(memory_format=torch.channels_last_3d)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm3d) and not live:
            module.eval().requires_grad_(False)
    if only_last:
        for part in [network.stem, *network.stages[:-1]]:
            part.requires_grad_(False)
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    moving = torch.optim.SGD(parameters, lr=1e-4, momentum=0.9, weight_decay=1e-4)
    labels, times = torch.arange(2), []
    for _ in range(runs + 1):
        start = time.perf_counter()
        loss = functional.cross_entropy(network(clips), labels)
        moving.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 40.0)
        moving.step()
        loss.item()
        times.append(time.perf_counter() - start)
    print(f"{name}{'_channels_last' if channels_last else ''}\t{1000 * min(times[1:]):.3f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads", file=sys.stderr)
    for name, blocks, base, classes, live, only_last in [
        ("step_small_frozen_2x8x112", [1, 1, 1, 1], 32, 101, False, False),
        ("step_small_live_2x8x112", [1, 1, 1, 1], 32, 101, True, False),
        ("step_ir50_frozen_2x8x112", [3, 4, 6, 3], 64, 400, False, False),
        ("step_ir50_live_2x8x112", [3, 4, 6, 3], 64, 400, True, False),
        ("step_ir50_last_2x8x112", [3, 4, 6, 3], 64, 400, False, True),
    ]:
        for channels_last in (False, True):
            if args.only in name:
                time_step(name, blocks, base, classes, live, only_last, channels_last, args.runs)


if __name__ == "__main__":
    main()
