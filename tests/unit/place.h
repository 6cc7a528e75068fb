/* place.h: where the ledger's tests live: a fresh ledger in a folder of its own, and the small
 * steps that must work in all of them. */
#ifndef TAGWERK_TESTS_PLACE_H
#define TAGWERK_TESTS_PLACE_H

#include "harness/harness.h"

#include "core/file.h"
#include "store/ledger.h"

#define WANTED "00112233445566778899aabbccddeeff"
#define OTHER "ffeeddccbbaa99887766554433221100"
#define DAY 19877 /* 2024-06-03 */

struct place {
    char folder[PATH_SIZE], path[PATH_SIZE];
    struct ledger *ledger;
    struct arena arena;
};

int place_open(void **state);
int place_close(void **state);

#define test(name) cmocka_unit_test_setup_teardown(name, place_open, place_close)

/* A call that must work; its error argument is &why. */
#define must(call) must_be(call, #call)
extern struct err why;
void must_be(bool good, const char *call);

/* Closes, and opens again unless it is only to be closed. */
void place_shut(struct place *place);
void place_reopen(struct place *place);

/* An order on route shop-parcels, found by run-1, waiting, with everything else unsaid. */
struct ledger_row place_row(const char *ref);
void place_put(struct place *place, const struct ledger_row *row);
void place_put_order(struct place *place, const char *ref, enum effect effect);
bool place_get(struct place *place, enum kind kind, const char *ref, struct ledger_row *out);
bool place_has(struct place *place, const char *ref);
void place_commit(struct place *place);
/* "1 2 3" */
const char *place_refs(struct place *place, const struct ledger_row *rows, size_t count);

struct article place_cup(const char *ref, const char *sku);

#endif
