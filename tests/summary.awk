# Judges what one test program said, which is TAP as cmocka 1.1.5 writes it:
#
#   awk -f tests/summary.awk -v name=unit/test_buf -v status=0 -v by_status=0 -v counts=FILE OUTPUT
#
# Prints the line for the program, its failures and its skips; writes "passed failed skipped" to
# counts. A test that was planned and has no result failed; so did a program that ended badly though
# all its tests passed, or that said nothing. by_status=1: the exit status may stand alone.

/^1\.\.[0-9]+$/ {
    planned += substr($0, 4)
}

# A skipped test is "not ok 3 # SKIP name" here. "not ok 0" is a group's set-up; its tests are
# planned and will have no result.
match($0, /(not )?ok [0-9]+ (-|# SKIP) /) {
    test = substr($0, RSTART + RLENGTH)
    word = substr($0, RSTART, RLENGTH)
    failing = 0
    if (word ~ /SKIP/) {
        skipped++
        notes = notes "       SKIPPED: " name ": " test "\n"
    } else if (word ~ /^ok/) {
        passed++
    } else {
        failing = 1
        if (word !~ /^not ok 0 /)
            failed++
        notes = notes "       " test "\n"
    }
    next
}

/^# (not )?ok - |^1\.\./ {
    failing = 0
}

failing {
    notes = notes "         " $0 "\n"
}

END {
    results = passed + failed + skipped
    if (status == 124 || status == 137)
        why = "ran out of time"
    else if (planned == 0 && by_status && status == 0)
        passed = 1
    else if (planned == 0)
        why = "gave no result, and ended with status " status
    else if (results < planned)
        why = sprintf("%d of %d tests have no result; it ended with status %d", planned - results, planned, status)
    else if (results > planned)
        why = sprintf("%d tests were planned, and there are %d results", planned, results)
    else if (status != 0 && failed == 0)
        why = "every test passed, but it ended with status " status
    if (why != "") {
        failed += results < planned ? planned - results : 1
        notes = notes "       " why "\n"
    }
    printf "%s %-38s %d passed", failed ? "FAIL" : "  ok", name, passed
    if (failed)
        printf ", %d failed", failed
    if (skipped)
        printf ", %d skipped", skipped
    printf "\n%s", notes
    printf "%d %d %d\n", passed, failed, skipped >counts
}
