/* test_faults_warehouse_tags.c: everything that can go wrong where the received-tag is added.
 *
 * What was refused is asked for again as long as the order lacks its tag. */
#include "faults.h"

int main(void)
{
    static const struct place place = {
        "warehouse tags",      "addConditional", "billbee",    "POST /orders/{id}/tags",
        three_orders_in_depot, "marks",          &depot_ground};
    static const struct fault_row rows[] = {
        {"connect", "refuse", false, HEALED, WAITS, NULL},
        {"connect", "timeout-before", true, HEALED, NULL, NULL},
        {"connect", "timeout-after", true, HEALED, NULL, NULL},
        {"connect", "reset-header", false, HEALED, HEALED, NULL},
        {"connect", "reset-body", false, HEALED, HEALED, NULL},
        {"connect", "slow", true, HEALED, NULL, NULL},
        {"connect", "drip", true, HEALED, NULL, NULL},
        {"connect", "cut-body", false, HEALED, HEALED, NULL},
        {"connect", "cut-gzip", false, HEALED, HEALED, NULL},
        {"answers", "200-error-body", false, HEALED, WAITS, NULL},
        {"answers", "200-html", false, HEALED, WAITS, NULL},
        {"answers", "200-empty", false, HEALED, WAITS, NULL},
        {"answers", "401", false, WAITS, WAITS, NULL},
        {"answers", "403", false, WAITS, WAITS, NULL},
        {"answers", "409", false, "1 sent 2 refused 1", "1 refused 3", NULL},
        {"answers", "422", false, "1 sent 2 refused 1", "1 refused 3", NULL},
        {"answers", "429-after", false, HEALED, WAITS, NULL},
        {"answers", "429", false, HEALED, WAITS, NULL},
        {"answers", "500", false, HEALED, WAITS, NULL},
        {"answers", "502-html", false, HEALED, WAITS, NULL},
        {"answers", "503", false, HEALED, WAITS, NULL},
        {"answers", "504", false, HEALED, WAITS, NULL},
        {"answers", "503-after", false, HEALED, HEALED, NULL},
        {"content", "gz-bomb", false, HEALED, HEALED, NULL},
        {"content", "deep", false, HEALED, HEALED, NULL},
        {"content", "bom", false, HEALED, HEALED, NULL},
        {"content", "new-field", false, HEALED, HEALED, NULL},
        {"content", "missing-field", false, HEALED, HEALED, NULL},
        {"content", "type-change", false, HEALED, HEALED, NULL},
        {"time", "wrong-clock", false, HEALED, HEALED, NULL},
    };

    return faults_main(&place, rows, ARRAY_LEN(rows));
}
