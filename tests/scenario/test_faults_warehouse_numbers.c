/* test_faults_warehouse_numbers.c: everything that can go wrong where tracking numbers are written
 * into the shop.
 *
 * 200-empty is left out: there, it is what a success looks like. What was refused is for somebody
 * to mend; until then the order does not become shipped. */
#include "faults.h"

int main(void)
{
    static const struct place place = {
        "warehouse numbers",    "addConditional", "billbee",    "POST /orders/{id}/shipment",
        three_parcels_of_depot, "shipments",      &depot_ground};
    static const struct fault_row rows[] = {
        {"connect", "refuse", false, HEALED, WAITS, NULL},
        {"connect", "timeout-before", true, HEALED, NULL, NULL},
        {"connect", "timeout-after", true, HEALED, NULL, NULL},
        {"connect", "reset-header", false, HEALED, HEALED, NULL},
        {"connect", "slow", true, HEALED, NULL, NULL},
        {"answers", "200-error-body", false, HEALED, WAITS, NULL},
        {"answers", "200-html", false, HEALED, WAITS, NULL},
        {"answers", "401", false, WAITS, WAITS, NULL},
        {"answers", "403", false, WAITS, WAITS, NULL},
        {"answers", "409", false, "1 sent 2 refused 1", "1 refused 3", "1 -", "1 -"},
        {"answers", "422", false, "1 sent 2 refused 1", "1 refused 3", "1 -", "1 -"},
        {"answers", "429-after", false, HEALED, WAITS, NULL},
        {"answers", "429", false, HEALED, WAITS, NULL},
        {"answers", "500", false, HEALED, WAITS, NULL},
        {"answers", "502-html", false, HEALED, WAITS, NULL},
        {"answers", "503", false, HEALED, WAITS, NULL},
        {"answers", "504", false, HEALED, WAITS, NULL},
        {"answers", "503-after", false, HEALED, HEALED, NULL},
        {"time", "wrong-clock", false, HEALED, HEALED, NULL},
    };

    return faults_main(&place, rows, ARRAY_LEN(rows));
}
