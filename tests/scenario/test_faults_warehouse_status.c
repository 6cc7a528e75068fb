/* test_faults_warehouse_status.c: everything that can go wrong where the warehouse is asked for
 * what became of a cancellation.
 *
 * A status that nobody knows is taken for too late: a person looks. */
#include "faults.h"

int main(void)
{
    static const struct place place = {"warehouse status",
                                       "addConditional",
                                       "wemalo",
                                       "GET /goodsOrder/getStatus/{externalId}",
                                       three_cancelled_in_depot,
                                       "cancels",
                                       &depot_ground};
    static const struct fault_row rows[] = {
        {"connect", "refuse", false, HEALED, "6 unsure 3", NULL},
        {"connect", "timeout-before", true, HEALED, NULL, NULL},
        {"connect", "timeout-after", true, HEALED, NULL, NULL},
        {"connect", "reset-header", false, HEALED, "6 unsure 3", NULL},
        {"connect", "reset-body", false, HEALED, "6 unsure 3", NULL},
        {"connect", "slow", true, HEALED, NULL, NULL},
        {"connect", "drip", true, HEALED, NULL, NULL},
        {"connect", "cut-body", false, HEALED, "6 unsure 3", NULL},
        {"connect", "cut-gzip", false, HEALED, "6 unsure 3", NULL},
        {"answers", "200-error-body", false, HEALED, "6 unsure 3", NULL},
        {"answers", "200-html", false, HEALED, "6 unsure 3", NULL},
        {"answers", "200-empty", false, HEALED, "6 unsure 3", NULL},
        {"answers", "401", false, "6 unsure 3", "6 unsure 3", NULL},
        {"answers", "403", false, "6 unsure 3", "6 unsure 3", NULL},
        {"answers", "409", false, "6 sent 2 unsure 1", "6 unsure 3", NULL},
        {"answers", "422", false, "6 sent 2 unsure 1", "6 unsure 3", NULL},
        {"answers", "429-after", false, HEALED, "6 unsure 3", NULL},
        {"answers", "429", false, HEALED, "6 unsure 3", NULL},
        {"answers", "500", false, HEALED, "6 unsure 3", NULL},
        {"answers", "502-html", false, HEALED, "6 unsure 3", NULL},
        {"answers", "503", false, HEALED, "6 unsure 3", NULL},
        {"answers", "504", false, HEALED, "6 unsure 3", NULL},
        {"answers", "503-after", false, HEALED, "6 unsure 3", NULL},
        {"content", "bad-utf8", false, HEALED, "6 unsure 3", NULL},
        {"content", "gz-bomb", false, HEALED, "6 unsure 3", NULL},
        {"content", "deep", false, HEALED, "6 unsure 3", NULL},
        {"content", "bom", false, HEALED, HEALED, NULL},
        {"content", "new-field", false, HEALED, HEALED, NULL},
        {"content", "missing-field", false, HEALED, HEALED, NULL},
        {"content", "type-change", false, HEALED, HEALED, NULL},
        {"content", "unknown-status", false, "1 sent 2 refused 1", "1 refused 3", NULL},
        {"time", "wrong-clock", false, HEALED, HEALED, NULL},
    };

    return faults_main(&place, rows, ARRAY_LEN(rows));
}
