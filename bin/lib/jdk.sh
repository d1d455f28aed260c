# Sourced. Finds a JDK 25 or newer and exports it as JAVA_HOME; the java on the PATH is not trusted.
# Order: ORCHESTRATOR_JDK, JAVA_HOME, then what is installed under /usr/lib/jvm.

readonly WANTED_JAVA=25

# Prints the feature version (25) of the Java in folder $1; nothing if there is none.
# The file "release" is read instead of starting java: it is instant and is part of every JDK and jlink image.
java_feature_version() {
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# True if folder $1 holds Java $WANTED_JAVA or newer; with $2 = javac it must also be able to compile.
is_wanted_java() {
  local version
  version=$(java_feature_version "$1")
  [ -n "$version" ] && [ "$version" -ge "$WANTED_JAVA" ] && { [ -z "${2:-}" ] || [ -x "$1/bin/$2" ]; }
}

# Exports JAVA_HOME, or says what to install and returns 1. $1 = javac if it must be a full JDK.
find_jdk() {
  local home
  if [ -n "${ORCHESTRATOR_JDK:-}" ] && ! is_wanted_java "$ORCHESTRATOR_JDK" "${1:-}"; then
    echo "ORCHESTRATOR_JDK is $ORCHESTRATOR_JDK, which is no JDK $WANTED_JAVA or newer" >&2
    return 1
  fi
  for home in "${ORCHESTRATOR_JDK:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -n "$home" ] && is_wanted_java "$home" "${1:-}"; then
      JAVA_HOME=$home
      export JAVA_HOME
      return 0
    fi
  done
  cat >&2 <<MESSAGE
No JDK $WANTED_JAVA or newer found (looked at ORCHESTRATOR_JDK, JAVA_HOME and /usr/lib/jvm/*).
Install one, for example Eclipse Temurin (package temurin-25-jdk) or your distribution's openjdk-25-jdk-headless,
or name its folder: export ORCHESTRATOR_JDK=/path/to/jdk-25
MESSAGE
  return 1
}
