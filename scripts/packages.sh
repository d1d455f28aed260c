# Sourced. Installs Debian packages, only those that are missing.

# True if one of the named commands is missing on the PATH.
lacks_command() {
  ! command -v "$1" >/dev/null 2>&1
}

# Installs packages with apt-get; the package lists are fetched once per run.
install_packages() {
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if lacks_command sudo || ! sudo -n true 2>/dev/null; then
      echo "Missing packages: $*. Install them as root: apt-get install -y --no-install-recommends $*" >&2
      return 1
    fi
    as_root=(sudo -n)
  fi
  if lacks_command apt-get; then
    echo "Missing packages: $*, and this machine has no apt-get. Install them by hand." >&2
    return 1
  fi
  echo "Installing $* ..." >&2
  if [ -z "${PACKAGE_LISTS_FETCHED:-}" ]; then
    "${as_root[@]}" apt-get update -qq >&2 || echo "apt-get update failed; trying with the lists at hand" >&2
    PACKAGE_LISTS_FETCHED=yes
    export PACKAGE_LISTS_FETCHED
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# need_commands COMMAND=PACKAGE ...: installs the packages whose command is missing, in one go.
need_commands() {
  local pair missing=()
  for pair in "$@"; do
    if lacks_command "${pair%%=*}"; then
      missing+=("${pair#*=}")
    fi
  done
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}
