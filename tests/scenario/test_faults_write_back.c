/* test_faults_write_back.c: everything that can go wrong where parcel numbers and tags are written
 * into the shop.
 *
 * An error for a whole call names no order, and its codes are not published: whether the order is
 * to blame or the moment, nobody can tell. So it waits, for a day of runs (test_doubt.c). */
#include "faults.h"

int main(void)
{
    static const struct place place = {"write-back",      "v2-integration", "afterbuy",
                                       "UpdateSoldItems", three_labels,     "shipments"};
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
        {"answers", "401", false, HEALED, WAITS, NULL},
        {"answers", "403", false, WAITS, WAITS, NULL},
        {"answers", "409", false, HEALED, WAITS, NULL},
        {"answers", "422", false, HEALED, WAITS, NULL},
        {"answers", "429-after", false, HEALED, WAITS, NULL},
        {"answers", "429", false, HEALED, WAITS, NULL},
        {"answers", "500", false, HEALED, WAITS, NULL},
        {"answers", "502-html", false, HEALED, WAITS, NULL},
        {"answers", "503", false, HEALED, WAITS, NULL},
        {"answers", "504", false, HEALED, WAITS, NULL},
        {"answers", "503-after", false, HEALED, HEALED, NULL},
        {"content", "bad-utf8", false, HEALED, HEALED, NULL},
        {"content", "bom", false, HEALED, HEALED, NULL},
        {"time", "wrong-clock", false, HEALED, HEALED, NULL},
    };

    return faults_main(&place, rows, ARRAY_LEN(rows));
}
