"""Writes what PyAV says about the frames of the videos in a folder: `python3 make_reference.py VIDEOS > frames.json`.

Made with av 12.3.0 (ffmpeg 6.1). For every file: the stream that ffmpeg takes for the best, its time base, and the
presentation times of all frames that decode, sorted, as differences. Packets that do not decode are passed over.
"""
import json
import sys
from pathlib import Path

import av


def best(container):
    return max(container.streams.video, key=lambda s: (s.width * s.height, -s.index))


def describe(path):
    with av.open(str(path)) as container:
        stream = best(container)
        times, keys, failed = [], [], []
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                failed.append(packet.pts)
                continue
            for frame in frames:
                times.append(frame.pts)
                if frame.key_frame:
                    keys.append(frame.pts)
        times.sort()
        return {
            "stream": stream.index,
            "time_base": [stream.time_base.numerator, stream.time_base.denominator],
            "count": len(times),
            "first": times[0],
            "steps": [b - a for a, b in zip(times, times[1:])],
            "keys": sorted(keys),
            "failed": failed,
            "width": stream.width,
            "height": stream.height,
            "format": stream.codec_context.pix_fmt,
        }


files = sorted(p for p in Path(sys.argv[1]).iterdir() if p.suffix in {".mp4", ".mkv", ".avi", ".mov"})
json.dump({p.name: describe(p) for p in files}, sys.stdout, separators=(",", ":"))
