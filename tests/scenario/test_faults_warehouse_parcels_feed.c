/* test_faults_warehouse_parcels_feed.c: everything that can go wrong where parcels are read. */
#include "faults.h"

int main(void)
{
    static const struct place place = {
        "warehouse parcels feed", "addConditional", "wemalo",     "GET /goodsOrder/sentPackages",
        three_parcels_of_depot,   "shipments",      &depot_ground};
    static const struct fault_row rows[] = {
        {"connect", "refuse", false, HEALED, DOWN, NULL},
        {"connect", "timeout-before", true, HEALED, NULL, NULL},
        {"connect", "timeout-after", true, HEALED, NULL, NULL},
        {"connect", "reset-header", false, HEALED, DOWN, NULL},
        {"connect", "reset-body", false, HEALED, DOWN, NULL},
        {"connect", "slow", true, HEALED, NULL, NULL},
        {"connect", "drip", true, HEALED, NULL, NULL},
        {"connect", "cut-body", false, HEALED, DOWN, NULL},
        {"connect", "cut-gzip", false, HEALED, DOWN, NULL},
        {"answers", "200-error-body", false, HEALED, DOWN, NULL},
        {"answers", "200-html", false, HEALED, DOWN, NULL},
        {"answers", "200-empty", false, HEALED, DOWN, NULL},
        {"answers", "401", false, DOWN, DOWN, NULL},
        {"answers", "403", false, DOWN, DOWN, NULL},
        {"answers", "409", false, DOWN, DOWN, NULL},
        {"answers", "422", false, DOWN, DOWN, NULL},
        {"answers", "429-after", false, HEALED, DOWN, NULL},
        {"answers", "429", false, HEALED, DOWN, NULL},
        {"answers", "500", false, HEALED, DOWN, NULL},
        {"answers", "502-html", false, HEALED, DOWN, NULL},
        {"answers", "503", false, HEALED, DOWN, NULL},
        {"answers", "504", false, HEALED, DOWN, NULL},
        {"answers", "503-after", false, HEALED, DOWN, NULL},
        {"paging", "page-size", false, HEALED, HEALED, NULL},
        {"paging", "empty-page-next", false, DOWN, DOWN, NULL},
        {"paging", "endless-next", false, HEALED, HEALED, NULL},
        {"content", "bad-utf8", false, HEALED, DOWN, NULL},
        {"content", "gz-bomb", false, HEALED, DOWN, NULL},
        {"content", "deep", false, HEALED, DOWN, NULL},
        {"content", "bom", false, HEALED, HEALED, NULL},
        {"content", "new-field", false, HEALED, HEALED, NULL},
        {"content", "missing-field", false, HEALED, HEALED, NULL},
        {"content", "type-change", false, HEALED, HEALED, NULL},
        {"content", "null-list", false, DOWN, DOWN, NULL},
        {"time", "wrong-clock", false, HEALED, HEALED, NULL},
    };

    return faults_main(&place, rows, ARRAY_LEN(rows));
}
