#!/bin/sh
# Packs everything that checks and measures GPUs into one file for a machine that has a driver and nothing else:
# a Java runtime of the modules in use, the jars, the compiled kernels (in the engine's jar) and the scripts.
#
#   gpu/bundle.sh [--built] [FOLDER]     writes FOLDER/mergefarm-gpu.tar.gz and FOLDER/run.sh; default: gpu/target
#
# --built packs what has been built before instead of looking whether it is current. Needs a JDK 25 (JAVA_HOME) on
# Linux x86-64, since the runtime is for this platform.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
if [ "${1:-}" = --built ]; then
  shift
else
  "$root/mergefarm" build
fi
out=${1:-$root/gpu/target}
most=40000000

fail() {
  printf 'bundle.sh: %s\n' "$1" >&2
  exit 1
}

[ -x "${JAVA_HOME:-}/bin/jlink" ] || fail "set JAVA_HOME to a JDK 25 with jlink"
[ -r "$root/cli/target/classpath" ] || fail "nothing is built: leave --built out"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bundle="$work/mergefarm-gpu"
mkdir -p "$bundle/lib" "$out"

tr ':' '\n' <"$root/cli/target/classpath" |
  grep -E '/(mergefarm-(common|storage|merge-engine)|jcuda|jcuda-natives|slf4j-api|jackson-(core|databind|annotations)|snakeyaml)-[0-9][^/]*\.jar$' |
  while read -r jar; do
    cp "$jar" "$bundle/lib/"
  done
for needed in mergefarm-common mergefarm-storage mergefarm-merge-engine jcuda-1 jcuda-natives slf4j-api; do
  ls "$bundle"/lib/"$needed"* >/dev/null 2>&1 || fail "$needed is missing from the command line's class path"
done

# Of JCuda's libraries only the one for the driver is needed; the others need parts of CUDA and are many times larger.
(
  mkdir "$work/natives"
  cd "$work/natives"
  "$JAVA_HOME/bin/jar" --extract --file "$(ls "$bundle"/lib/jcuda-natives-*.jar)"
  rm "$bundle"/lib/jcuda-natives-*.jar
  "$JAVA_HOME/bin/jar" --create --file "$bundle/lib/jcuda-natives.jar" lib/libJCudaDriver*
)

"$JAVA_HOME/bin/jlink" --output "$bundle/runtime" \
  --add-modules java.base,java.logging,java.xml,jdk.incubator.vector,jdk.unsupported \
  --strip-debug --no-header-files --no-man-pages --compress=zip-9

cp "$root/gpu/run.sh" "$root/gpu/torch_merges.py" "$root/LICENSE" "$bundle/"
tar -czf "$out/mergefarm-gpu.tar.gz" -C "$work" mergefarm-gpu
cp "$root/gpu/run.sh" "$out/"

bytes=$(wc -c <"$out/mergefarm-gpu.tar.gz")
printf '%s  %s bytes\n' "$out/mergefarm-gpu.tar.gz" "$bytes"
[ "$bytes" -le "$most" ] || fail "the bundle is larger than $most bytes"
