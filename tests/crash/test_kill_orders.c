/* test_kill_orders.c: killed anywhere on the way to the target. */
#include "kill.h"

int main(void)
{
    static const char *const names[] = {"orders v2",  "orders v3",      "partial v2",
                                        "partial v3", "lost answer v2", "lost answer v3",
                                        "change",     "change v2",      NULL};

    return crash_main(&way_killed, names);
}
