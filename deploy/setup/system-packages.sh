#!/usr/bin/env bash
# Installs the system packages that the project may need, where they are missing and apt can install them:
# the venv module and libpython (Triton's Python backend embeds it); with KAFKA_HOME set also kcat, which the
# tests against Apache Kafka read with. Does nothing where all are there.
set -euo pipefail

python=${1:-}
if [ -z "$python" ]; then
    echo "stream_app needs Python 3.11 or 3.12: install it, or name it: make PYTHON=/path/to/python3.11 demo" >&2
    exit 1
fi
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
case "$version" in
    3.11 | 3.12) ;;
    *)
        echo "stream_app needs Python 3.11 or 3.12, and $python is $version: make PYTHON=/path/to/python3.11 demo" >&2
        exit 1
        ;;
esac

missing=()
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=("python$version-venv")
"$python" - <<'PYTHON' || missing+=("libpython$version")
import pathlib, sys, sysconfig
name = "libpython%d.%d.so.1.0" % sys.version_info[:2]
folders = [sysconfig.get_config_var("LIBDIR"), sys.base_prefix + "/lib", "/usr/lib64", "/usr/lib", "/usr/local/lib"]
folders.append("/usr/lib/" + (sysconfig.get_config_var("MULTIARCH") or ""))
sys.exit(not any(folder and (pathlib.Path(folder) / name).exists() for folder in folders))
PYTHON
if [ -n "${KAFKA_HOME:-}" ] && ! command -v kcat >/dev/null; then missing+=(kcat); fi
[ ${#missing[@]} -eq 0 ] && exit 0

apt=(apt-get)
[ "$(id -u)" -eq 0 ] || apt=(sudo apt-get)
if command -v "${apt[0]}" >/dev/null; then
    "${apt[@]}" update -qq
    "${apt[@]}" install -y -qq --no-install-recommends "${missing[@]}"
else
    echo "stream_app needs the system packages ${missing[*]}: install them with your package manager" >&2
    exit 1
fi
