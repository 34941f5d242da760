# GStreamer with development files on a Windows runner, for a build with Microsoft's compiler. One exact version.
$ErrorActionPreference = 'Stop'
$version = '1.28.7'
$sha256 = '032fc6062b8539838fc8da22589cb9b24c5d820baa7f8cc160af9ea08395badf'
$address = "https://gstreamer.freedesktop.org/data/pkg/windows/$version/msvc/gstreamer-1.0-msvc-x86_64-$version.exe"
$setup = Join-Path $env:RUNNER_TEMP 'gstreamer-setup.exe'
$root = 'C:\gstreamer'

# curl.exe comes with Windows; Invoke-WebRequest takes minutes for half a gigabyte.
curl.exe --fail --silent --show-error --location --retry 3 --proto '=https' --output $setup $address
if ($LASTEXITCODE -ne 0) { throw "GStreamer cannot be fetched from $address" }
$found = (Get-FileHash -Algorithm SHA256 $setup).Hash
if ($found -ne $sha256) { throw "$address is not the file that was tried: its SHA-256 is $found" }

$options = '/VERYSILENT', '/SUPPRESSMSGBOXES', '/NORESTART', '/CURRENTUSER', '/TYPE=devel', "/DIR=$root"
$done = Start-Process $setup -ArgumentList $options -Wait -PassThru
if ($done.ExitCode -ne 0) { throw "GStreamer's setup failed ($($done.ExitCode))" }
$pc = Join-Path $root 'lib\pkgconfig'
if (-not (Test-Path (Join-Path $pc 'gstreamer-1.0.pc'))) { throw "GStreamer's setup left no development files in $root" }

"PKG_CONFIG_PATH=$pc" | Out-File $env:GITHUB_ENV -Append -Encoding utf8
# Also for the program when it is tried: it finds the libraries on the path.
Join-Path $root 'bin' | Out-File $env:GITHUB_PATH -Append -Encoding utf8
