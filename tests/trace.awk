# Which test proves which requirement? A test names it in a comment: REQ-A4.
#
#   awk -f tests/trace.awk requirements.md TEST...
#
# Fails when a test names an id that the requirements do not have.

NR == FNR {
    if ($0 ~ /^\| *[A-Z][0-9]+ *\|/) {
        split($0, cell, /[| ]+/)
        ids[++count] = cell[2]
        known[cell[2]] = 1
    }
    next
}

{
    rest = $0
    while (match(rest, /REQ-[A-Z][0-9]+/)) {
        id = substr(rest, RSTART + 4, RLENGTH - 4)
        rest = substr(rest, RSTART + RLENGTH)
        if (!(id in known)) {
            printf "%s:%d: REQ-%s is not in the requirements\n", FILENAME, FNR, id
            failed = 1
        } else if (!((id, FILENAME) in seen)) {
            seen[id, FILENAME] = 1
            tests[id] = tests[id] " " FILENAME
        }
    }
}

END {
    for (i = 1; i <= count; i++)
        if (ids[i] in tests)
            printf "%-4s%s\n", ids[i], tests[ids[i]]
        else
            without = without " " ids[i]
    print "without a test:" (without == "" ? " none" : without)
    exit failed
}
