#!/bin/sh
# Checks and measures the GPUs of this machine. Needs the NVIDIA driver (libcuda.so.1) and nothing else.
#
#   ./run.sh [OPTION ...]     beside mergefarm-gpu.tar.gz, or within the unpacked bundle
#
#   --quick         small sizes: is everything in its place? The figures mean nothing.
#   --seed N        repeat the random merges of an earlier run
#   --folder DIR    where files to merge from are written (8 GB); default: the system's temporary folder
#
# Exit codes: 0, or 1 when a result was wrong, 2 without a GPU. The output is kept in gpu-report.txt.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
report=$PWD/gpu-report.txt
if [ -x "$here/runtime/bin/java" ]; then
  bundle=$here
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  tar -xzf "$here/mergefarm-gpu.tar.gz" -C "$work"
  bundle=$work/mergefarm-gpu
fi

# Containers mount the driver where the loader does not look by itself.
LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/local/nvidia/lib64:/usr/lib/x86_64-linux-gnu:/usr/lib64
export LD_LIBRARY_PATH

figures=$(mktemp)
result=$(mktemp)
{
  date -u
  uname -srm
  command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
  code=0
  "$bundle/runtime/bin/java" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow -Dslf4j.internal.verbosity=ERROR -Xmx4g \
    -cp "$bundle/lib/*" dev.mergefarm.merge.cuda.report.GpuReport --results "$figures" "$@" || code=$?
  if [ "$code" -eq 0 ] && command -v python3 >/dev/null 2>&1 && python3 -c 'import torch' 2>/dev/null; then
    python3 "$bundle/torch_merges.py" "$figures" || printf 'The comparison with PyTorch failed.\n'
  elif [ "$code" -eq 0 ]; then
    printf '\nNo python3 with torch here: the comparison with PyTorch is left out.\n'
  fi
  printf '%s' "$code" >"$result"
} 2>&1 | tee "$report"
code=$(cat "$result")
rm -f "$figures" "$result"
exit "${code:-1}"
