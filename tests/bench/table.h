/* table.h: what was measured, a row each: what, how much, what it ought to be, and whether it is.
 * For people a table, for programs JSON. Figures are ratios or counts, hardly ever times: they
 * travel from machine to machine, and nothing fails because of them.
 *
 * Units: _e3 thousandths of the row's unit.
 * Owns: nothing; texts of rows have static life. */
#ifndef TAGWERK_BENCH_TABLE_H
#define TAGWERK_BENCH_TABLE_H

#include "core/base.h"
#include "core/err.h"

enum bound { AT_MOST, AT_LEAST };

struct figure {
    const char *name; /* for programs: "transform_ratio" */
    const char *what; /* for people */
    const char *unit;
    int64_t measured_e3;
    enum bound bound;
    int64_t goal_e3;
    int64_t aim_e3; /* UNSAID: no further than the goal */
};

void table_add(const struct figure *figure);
void table_print(void);
MUST_CHECK bool table_write(const char *path, struct err *err);

#endif
