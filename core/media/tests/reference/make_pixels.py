"""Writes what PyAV makes of some frames of the videos in a folder: `python3 make_pixels.py VIDEOS > pixels.json`.

Made with av 12.3.0. For every file (best stream): the MD5 of the RGB bytes of a few frames, and the turn (quarter turns
clockwise) that `ffprobe` and OpenCV know of and PyAV ignores; the hash is of the turned picture.
"""
import hashlib
import json
import sys
from pathlib import Path

import av
import numpy as np

TURNS = {"rotate_90.mov": 1, "rotate_180.mov": 2, "rotate_270.mov": 3}


def describe(path):
    with av.open(str(path)) as container:
        stream = max(container.streams.video, key=lambda s: (s.width * s.height, -s.index))
        frames, failed = [], []
        for packet in container.demux(stream):
            try:
                frames.extend(packet.decode())
            except av.error.FFmpegError:
                failed.append(packet.pts)
        # What a decoder makes up after damage depends on its version and its threads.
        frames = frames[: len(frames) // 2] if failed else frames
        frames.sort(key=lambda f: f.pts)
        wanted = sorted({0, 1, len(frames) // 2, len(frames) - 1})
        turns = TURNS.get(path.name, 0)
        md5 = {}
        for number in wanted:
            rgb = np.rot90(frames[number].to_ndarray(format="rgb24"), -turns)
            md5[number] = hashlib.md5(np.ascontiguousarray(rgb).tobytes()).hexdigest()
        return {"turns": turns, "format": frames[0].format.name, "md5": md5}


files = sorted(p for p in Path(sys.argv[1]).iterdir() if p.suffix in {".mp4", ".mkv", ".avi", ".mov"})
json.dump({p.name: describe(p) for p in files}, sys.stdout, indent=1)
