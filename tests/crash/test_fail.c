/* test_fail.c: any passage of core/gate.h fails once: a write, a sync, a rename, a commit, a call,
 * an answer. The run says so with the right exit code, and the next one goes on. */
#include "crash.h"

#include <string.h>

/* 4: a step on the disk; 2: a call that never left; 6: one whose answer is in doubt; 0 and 1: a
 * call that was repeated. */
static bool told_or_repeated(int code, const char *output)
{
    if (code == 4)
        return strstr(output, "fails (TAGWERK_FAIL_AT)") != NULL;
    if (code == 2 || code == 6)
        return strstr(output, "the connection broke") != NULL;
    return code <= 1;
}

int main(void)
{
    static const struct way way_failed = {.name = "gate failed",
                                          .at = "TAGWERK_FAIL_AT",
                                          .log = "TAGWERK_GATE_LOG",
                                          .stride = 3,
                                          .fits = told_or_repeated};
    static const char *const names[] = {"orders v2",
                                        "orders v3",
                                        "partial v3",
                                        "lost answer v2",
                                        "write-back",
                                        "write-back, lost answer",
                                        "cancel",
                                        "rerun",
                                        "warehouse orders",
                                        "warehouse add, lost answer",
                                        "warehouse back",
                                        "warehouse cancel",
                                        NULL};

    return crash_main(&way_failed, names);
}
