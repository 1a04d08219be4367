# Sourced by samples/run, benchmarks/run and proofs/run: builds a module if that is due and finds what starts its classes.

home=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Runs a command that a signal to this script ends; then the script ends, too, by that signal's code.
interruptible() {
    local pid code=0
    "$@" &
    pid=$!
    trap 'kill -TERM "$pid" 2>/dev/null; wait "$pid"; exit 143' TERM
    trap 'kill -TERM "$pid" 2>/dev/null; wait "$pid"; exit 130' INT
    wait "$pid" || code=$?
    trap - TERM INT
    return "$code"
}

# The marker is as old as the last good build by this script.
up_to_date() {
    [[ -f $target/run.stamp && -f $target/class-path.txt && -f $target/java-settings.txt ]] || return 1
    local sources=("$home/pom.xml" "$home/$1"/{pom.xml,src/main} "$home"/actors-*/{pom.xml,src/main})
    [[ $1 != proofs ]] || sources+=("$home/samples/src/main")
    [[ ${2-} != process-test-classes ]] || sources+=("$home/$1/src/test" "$home/actors-core/src/test")
    [[ -z $(find "${sources[@]}" -newer "$target/run.stamp" -print -quit) ]]
}

compile() {
    cd "$home"
    exec mvn -q -B -DskipTests -pl "$1" -am "$2" >"$target/run.log" 2>&1
}

# class_path [FILE]: the entries of a file that Maven has written.
# Two classes of one program must come from the same build, so the class path is made of the classes directories only.
class_path() {
    local path=$target/classes entry entries
    IFS=: read -ra entries <"$target/${1-class-path.txt}" || true
    for entry in "${entries[@]}"; do
        case $entry in
            "$home"/*/target/test-classes | "$home"/*/target/*-tests.jar) path+=:${entry%%/target/*}/target/test-classes ;;
            "$home"/*/target/*) path+=:${entry%%/target/*}/target/classes ;;
            *) path+=:$entry ;;
        esac
    done
    printf '%s' "$path"
}

# prepare MODULE [PHASE]: builds the module if its sources or those of the libraries are younger than the last build, and sets
# target (its directory for what is built) and java (the command up to the JVM arguments).
prepare() {
    target=$home/$1/target
    if ! up_to_date "$@"; then
        mkdir -p "$target"
        touch "$target/run.stamp.new"
        echo "$1/run: building; the first time, Maven may also have to download." >&2
        if ! interruptible compile "$1" "${2-process-classes}"; then
            cat "$target/run.log" >&2
            echo "$1/run: the build failed, see above." >&2
            exit 1
        fi
        mv "$target/run.stamp.new" "$target/run.stamp"
    fi
    java=("$(sed -n 's/^ *java\.home = //p' "$target/java-settings.txt")/bin/java" -cp "$(class_path)")
}
