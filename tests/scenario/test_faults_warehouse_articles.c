/* test_faults_warehouse_articles.c: everything that can go wrong where articles go into the
 * warehouse. */
#include "faults.h"

int main(void)
{
    static const struct place place = {
        "warehouse articles",  "addConditional", "wemalo",     "POST /product/addMultiple",
        three_orders_in_depot, "articles",       &depot_ground};
    static const struct fault_row rows[] = {
        {"connect", "refuse", false, HEALED, WAITS, NULL},
        {"connect", "timeout-before", true, HEALED, NULL, NULL},
        {"connect", "timeout-after", true, HEALED, NULL, NULL},
        {"connect", "reset-header", false, HEALED, WAITS, NULL},
        {"connect", "reset-body", false, HEALED, WAITS, NULL},
        {"connect", "slow", true, HEALED, NULL, NULL},
        {"connect", "drip", true, HEALED, NULL, NULL},
        {"connect", "cut-body", false, HEALED, WAITS, NULL},
        {"connect", "cut-gzip", false, HEALED, WAITS, NULL},
        {"answers", "200-error-body", false, HEALED, WAITS, NULL},
        {"answers", "200-html", false, HEALED, WAITS, NULL},
        {"answers", "200-empty", false, HEALED, WAITS, NULL},
        {"answers", "401", false, WAITS, WAITS, NULL},
        {"answers", "403", false, WAITS, WAITS, NULL},
        {"answers", "409", false, HEALED, "1 refused 3", "1 -"},
        {"answers", "422", false, HEALED, "1 refused 3", "1 -"},
        {"answers", "429-after", false, HEALED, WAITS, NULL},
        {"answers", "429", false, HEALED, WAITS, NULL},
        {"answers", "500", false, HEALED, WAITS, NULL},
        {"answers", "502-html", false, HEALED, WAITS, NULL},
        {"answers", "503", false, HEALED, WAITS, NULL},
        {"answers", "504", false, HEALED, WAITS, NULL},
        {"answers", "503-after", false, HEALED, WAITS, NULL},
        {"content", "bad-utf8", false, HEALED, WAITS, NULL},
        {"content", "gz-bomb", false, HEALED, WAITS, NULL},
        {"content", "deep", false, HEALED, WAITS, NULL},
        {"content", "bom", false, HEALED, HEALED, NULL},
        {"content", "new-field", false, HEALED, HEALED, NULL},
        {"content", "missing-field", false, HEALED, HEALED, NULL},
        {"content", "type-change", false, HEALED, HEALED, NULL},
        {"time", "wrong-clock", false, HEALED, HEALED, NULL},
    };

    return faults_main(&place, rows, ARRAY_LEN(rows));
}
