/* test_kill_warehouse.c: killed anywhere between a shop and its warehouse, both ways. */
#include "kill.h"

int main(void)
{
    static const char *const names[] = {"warehouse orders",
                                        "warehouse orders, lost answer",
                                        "warehouse add",
                                        "warehouse add, lost answer",
                                        "warehouse tag, lost answer",
                                        "warehouse change",
                                        "warehouse change, too late",
                                        "warehouse cancel",
                                        "warehouse credit",
                                        "warehouse back",
                                        "warehouse back, lost answer",
                                        "warehouse back, lost state",
                                        "warehouse stock",
                                        "warehouse mixed faults",
                                        NULL};

    return crash_main(&way_killed, names);
}
