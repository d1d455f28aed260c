# Sourced from a checkout. Builds what the launchers run, if it is missing or older than its sources.
# Wants JAVA_HOME to name a full JDK (bin/lib/jdk.sh).

# True if nothing that goes into the build is newer than the marker that the last build left.
# Folders count too, so that a deleted file is noticed.
is_built() {
  local root=$1 marker=$1/server/target/launcher-built
  [ -e "$marker" ] && compgen -G "$root/server/target/lib/*.jar" >/dev/null &&
    [ -z "$(find "$root"/pom.xml "$root"/*/pom.xml "$root"/*/src/main -newer "$marker" -print -quit)" ]
}

# Prints a line whenever Maven begins another module, and a sign of life while it downloads. Reads the log $1.
show_build_progress() {
  local log=$1 last='' now quiet=0
  while sleep 1; do
    now=$(grep -o 'Building [a-z][a-z-]* .*' "$log" 2>/dev/null | tail -n 1) || true # nothing yet
    quiet=$((quiet + 1))
    if [ -n "$now" ] && [ "$now" != "$last" ]; then
      echo "  $now" >&2
      last=$now quiet=0
    elif [ $quiet -ge 15 ]; then
      echo "  still at it (libraries are downloaded the first time); details in $log" >&2
      quiet=0
    fi
  done
}

# build_if_stale ROOT: one build at a time per checkout; the second caller finds the first one's result.
build_if_stale() {
  local root=$1 log=$1/server/target/launcher-build.log started progress failed=
  is_built "$root" && return
  mkdir -p "$root/server/target"
  (
    flock -w 1800 8 || { echo "another build of $root has been running for 30 minutes" >&2; exit 1; }
    is_built "$root" && exit 0
    echo "Building orchestrator ..." >&2
    # The marker gets the time at which the build began: what is saved meanwhile is built again next time.
    started=$(mktemp "$root/server/target/launcher.XXXXXX")
    : > "$log"
    rm -rf "$root"/{server,jepsen-tests}/target/lib # a library of an older version must not stay on the class path
    show_build_progress "$log" &
    progress=$!
    (cd "$root" && mvn -B -ntp -Dstyle.color=never -DskipTests -pl server,jepsen-tests -am package) > "$log" 2>&1 8>&- || failed=yes
    kill "$progress" 2>/dev/null || true
    wait "$progress" 2>/dev/null || true
    if [ -n "$failed" ]; then
      rm -f "$started"
      grep -E '^\[ERROR\]|^Error' "$log" | head -n 30 >&2
      echo "The build failed; all of it is in $log" >&2
      exit 1
    fi
    mv "$started" "$root/server/target/launcher-built"
  ) 8> "$root/server/target/launcher-build.lock"
}
