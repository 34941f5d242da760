#!/bin/sh
# Puts Kinetoscope into the menus of one user. The folder stays where it is; after moving it, run this again.
# `uninstall.sh` takes everything back.
set -eu

id=io.github.kinetoscope.kinetoscope
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
data=${XDG_DATA_HOME:-$HOME/.local/share}
bin=$HOME/.local/bin

[ -x "$here/bin/kinetoscope" ] || { echo "install.sh: $here/bin/kinetoscope is not there; unpack the whole archive" >&2; exit 1; }
# What a desktop entry could only say with more than one kind of escape.
case $here in *[\"\`\$\\%]*) echo "install.sh: please give this folder a name without the characters \" \` \$ \\ %: $here" >&2; exit 1 ;; esac

mkdir -p "$bin" "$data/applications" "$data/mime/packages"
ln -sfn "$here/bin/kinetoscope" "$bin/kinetoscope"

while IFS= read -r line; do
    case $line in
        Exec=*) printf 'Exec="%s/bin/kinetoscope" %%F\n' "$here" ;;
        TryExec=*) printf 'TryExec=%s/bin/kinetoscope\n' "$here" ;;
        *) printf '%s\n' "$line" ;;
    esac
done <"$here/share/applications/$id.desktop" >"$data/applications/$id.desktop"

cp "$here/share/mime/packages/$id.xml" "$data/mime/packages/$id.xml"

(cd "$here/share/icons" && find . -type f -name "$id.*") | while IFS= read -r icon; do
    mkdir -p "$data/icons/$(dirname "$icon")"
    cp "$here/share/icons/$icon" "$data/icons/$icon"
done

# Desktops find out by themselves, some of them only at the next login; these tell them at once.
if command -v update-mime-database >/dev/null; then update-mime-database "$data/mime"; fi
if command -v update-desktop-database >/dev/null; then update-desktop-database "$data/applications"; fi

echo "Kinetoscope is in your menus now, and can be started as $bin/kinetoscope"
case :$PATH: in *":$bin:"*) ;; *) echo "($bin is not on your search path, so 'kinetoscope' alone does not start it in a terminal)" ;; esac
