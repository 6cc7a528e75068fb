# Fails when an include points upwards, a library leaks out of its one wrapper, memory is allocated
# outside its owners, or the sandbox shares anything with etl. The rules are etl/layers.txt.
#
#   awk -f tests/layers.awk etl/layers.txt $(find etl tests/sandbox -name '*.[ch]')

function bad(what)
{
    printf "%s:%d: %s\n", FILENAME, FNR, what
    failed = 1
}

# Is path one of the files that this space-separated list of patterns names?
function among(path, patterns,    list, n, i, regex)
{
    n = split(patterns, list, " ")
    for (i = 1; i <= n; i++) {
        regex = list[i]
        gsub(/\./, "[.]", regex)
        gsub(/\*/, "[^/]*", regex)
        if (path ~ ("^" regex "$"))
            return 1
    }
    return 0
}

# The line without comments and string literals; `inside` carries a comment over to the next line.
function code_of(line,    out, at)
{
    out = ""
    while (line != "") {
        if (inside) {
            at = index(line, "*/")
            if (!at)
                return out
            line = substr(line, at + 2)
            inside = 0
        } else if (!match(line, /"([^"\\]|\\.)*"|'([^'\\]|\\.)*'|\/\*|\/\//)) {
            return out line
        } else {
            out = out substr(line, 1, RSTART - 1)
            at = substr(line, RSTART, 2)
            line = substr(line, RSTART + RLENGTH)
            if (at == "//")
                return out
            if (at == "/*")
                inside = 1
            else
                out = out "\"\""
        }
    }
    return out
}

function check_own_header(header,    to)
{
    to = header
    if (index(header, "..")) {
        bad("name " header " from the root, without ..")
    } else if (sandbox) {
        if (!(("tests/" header) in files) && !(("tests/sandbox/" header) in files))
            bad("the sandbox may not include " header)
    } else if (!sub(/\/.*/, "", to)) { # no folder: a neighbour, or a file of the top level
        if (layer != "." && !(("etl/" layer "/" header) in files))
            bad(layer " may not include " header)
    } else if (layer != "." && !((layer, to) in may)) {
        bad(layer " may not include " header)
    }
}

function check_library(header,    lib, to)
{
    if (sandbox || header in std)
        return
    for (lib in home)
        if (index(header, lib) == 1) {
            if (!among(path, home[lib]))
                bad("only " home[lib] " may include <" header ">")
            return
        }
    to = header
    sub(/\/.*/, "", to)
    bad(((to, to) in may) ? "own headers stand in quotes: " header \
                          : "<" header "> is neither C17 nor POSIX: it needs a lib line in etl/layers.txt")
}

BEGIN {
    for (i = 2; i < ARGC; i++)
        files[ARGV[i]] = 1
}

# The rules.
FILENAME ~ /layers\.txt$/ {
    if ($0 ~ /^#/ || NF == 0)
        next
    if ($1 == "std") {
        for (i = 2; i <= NF; i++)
            std[$i] = 1
    } else if ($1 == "lib") {
        home[$2] = $3
        for (i = 4; i <= NF; i++)
            home[$2] = home[$2] " " $i
    } else if ($1 == "own") {
        for (i = 2; $i != "in"; i++)
            owned[$i] = 1
        for (i++; i <= NF; i++)
            owners = owners (owners == "" ? "" : " ") $i
    } else if (sub(/:$/, "", $1)) {
        may[$1, $1] = 1
        for (i = 2; i <= NF; i++)
            may[$1, $i] = 1
    } else {
        bad("a rule begins with std, lib, own or a layer and a colon")
    }
    next
}

# The sources.
FNR == 1 {
    inside = 0
    count++
    sandbox = FILENAME ~ /^tests\//
    path = layer = FILENAME
    sub(/^etl\//, "", path)
    layer = path
    if (!sub(/\/.*/, "", layer))
        layer = "."
    else if (!sandbox && !((layer, layer) in may))
        bad("etl/layers.txt does not know the layer " layer)
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, part, "\"")
    check_own_header(part[2])
    next
}

/^[ \t]*#[ \t]*include[ \t]*</ {
    split($0, part, /[<>]/)
    check_library(part[2])
    next
}

{
    code = code_of($0)
    if (sandbox || among(path, owners))
        next
    for (name in owned)
        if (code ~ ("(^|[^A-Za-z0-9_.>])" name "[ \t]*[(]"))
            bad("only " owners " may call " name)
}

END {
    if (!failed)
        printf "layers: %d files\n", count
    exit failed
}
