/* test_faults_read_back.c: everything that can go wrong where the shop is asked again: for orders,
 * and for what was written. */
#include "faults.h"

int main(void)
{
    static const struct place place = {"read-back",    "v2-integration", "afterbuy",
                                       "GetSoldItems", three_labels,     "shipments"};
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
        {"answers", "200-error-body", false, WAITS, WAITS, NULL},
        {"answers", "200-html", false, HEALED, WAITS, NULL},
        {"answers", "200-empty", false, HEALED, WAITS, NULL},
        {"answers", "401", false, WAITS, WAITS, NULL},
        {"answers", "403", false, WAITS, WAITS, NULL},
        {"answers", "409", false, "2 sent 3", WAITS, NULL},
        {"answers", "422", false, "2 sent 3", WAITS, NULL},
        {"answers", "429-after", false, HEALED, WAITS, NULL},
        {"answers", "429", false, HEALED, WAITS, NULL},
        {"answers", "500", false, HEALED, WAITS, NULL},
        {"answers", "502-html", false, HEALED, WAITS, NULL},
        {"answers", "503", false, HEALED, WAITS, NULL},
        {"answers", "504", false, HEALED, WAITS, NULL},
        {"answers", "503-after", false, HEALED, WAITS, NULL},
        {"paging", "dup-item", false, HEALED, HEALED, NULL},
        {"paging", "empty-page-next", false, HEALED, WAITS, NULL},
        {"paging", "endless-next", false, HEALED, HEALED, NULL},
        {"paging", "page-size", false, HEALED, HEALED, NULL},
        {"content", "bad-utf8", false, HEALED, WAITS, NULL},
        {"content", "bom", false, HEALED, HEALED, NULL},
        {"content", "new-field", false, HEALED, HEALED, NULL},
        {"content", "missing-field", false, "1 sent 3", "1 sent 3", NULL},
        {"content", "type-change", false, "1 sent 3", "1 sent 3", NULL},
        {"content", "null-list", false, "1 sent 3", "1 sent 3", NULL},
        {"content", "unknown-status", false, HEALED, HEALED, NULL},
        {"time", "wrong-clock", false, HEALED, HEALED, NULL},
    };

    return faults_main(&place, rows, ARRAY_LEN(rows));
}
