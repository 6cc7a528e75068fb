/* test_faults_warehouse_states.c: everything that can go wrong where orders become shipped.
 *
 * 200-empty is left out: there, it is what a success looks like. The three received-tags were sent
 * before. */
#include "faults.h"

int main(void)
{
    static const struct place place = {
        "warehouse states",     "addConditional", "billbee",    "PUT /orders/{id}/orderstate",
        three_parcels_of_depot, "marks",          &depot_ground};
    static const struct fault_row rows[] = {
        {"connect", "refuse", false, "0 sent 6", "2 sent 3 waiting 3", NULL},
        {"connect", "timeout-before", true, "0 sent 6", NULL, NULL},
        {"connect", "timeout-after", true, "0 sent 6", NULL, NULL},
        {"connect", "reset-header", false, "0 sent 6", "0 sent 6", NULL},
        {"connect", "slow", true, "0 sent 6", NULL, NULL},
        {"answers", "200-error-body", false, "0 sent 6", "2 sent 3 waiting 3", NULL},
        {"answers", "200-html", false, "0 sent 6", "2 sent 3 waiting 3", NULL},
        {"answers", "401", false, "2 sent 3 waiting 3", "2 sent 3 waiting 3", NULL},
        {"answers", "403", false, "2 sent 3 waiting 3", "2 sent 3 waiting 3", NULL},
        {"answers", "409", false, "1 sent 5 refused 1", "1 sent 3 refused 3", "0 -", "0 -"},
        {"answers", "422", false, "1 sent 5 refused 1", "1 sent 3 refused 3", "0 -", "0 -"},
        {"answers", "429-after", false, "0 sent 6", "2 sent 3 waiting 3", NULL},
        {"answers", "429", false, "0 sent 6", "2 sent 3 waiting 3", NULL},
        {"answers", "500", false, "0 sent 6", "2 sent 3 waiting 3", NULL},
        {"answers", "502-html", false, "0 sent 6", "2 sent 3 waiting 3", NULL},
        {"answers", "503", false, "0 sent 6", "2 sent 3 waiting 3", NULL},
        {"answers", "504", false, "0 sent 6", "2 sent 3 waiting 3", NULL},
        {"answers", "503-after", false, "0 sent 6", "0 sent 6", NULL},
        {"time", "wrong-clock", false, "0 sent 6", "0 sent 6", NULL},
    };

    return faults_main(&place, rows, ARRAY_LEN(rows));
}
