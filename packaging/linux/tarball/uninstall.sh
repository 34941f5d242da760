#!/bin/sh
# Takes back what `install.sh` did for one user. This folder, projects, settings and caches stay.
set -eu

id=io.github.kinetoscope.kinetoscope
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
data=${XDG_DATA_HOME:-$HOME/.local/share}
link=$HOME/.local/bin/kinetoscope

# The link of another copy is not ours to take.
if [ "$(readlink "$link" 2>/dev/null || true)" = "$here/bin/kinetoscope" ]; then rm -f "$link"; fi
rm -f "$data/applications/$id.desktop" "$data/mime/packages/$id.xml"
if [ -d "$data/icons" ]; then find "$data/icons" -type f -name "$id.*" -exec rm -f {} +; fi

if command -v update-mime-database >/dev/null && [ -d "$data/mime" ]; then update-mime-database "$data/mime"; fi
if command -v update-desktop-database >/dev/null; then update-desktop-database "$data/applications"; fi

echo "Kinetoscope is out of your menus. Left where they are, for you to delete if you like:"
echo "  $here"
for folder in "${XDG_CONFIG_HOME:-$HOME/.config}/kinetoscope" "$data/kinetoscope" "${XDG_CACHE_HOME:-$HOME/.cache}/kinetoscope"; do
    if [ -e "$folder" ]; then echo "  $folder"; fi
done
