/* test_kill_back.c: killed anywhere on the way back, after an outage, and in the rarer commands. */
#include "kill.h"

int main(void)
{
    static const char *const names[] = {"write-back",
                                        "write-back, lost answer",
                                        "outage",
                                        "rerun",
                                        "cancel",
                                        "cancel v3",
                                        "mixed faults",
                                        "webhook",
                                        NULL};

    return crash_main(&way_killed, names);
}
