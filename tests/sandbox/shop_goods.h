/*
 * shop_goods: chance, the bag under construction, and the articles of the generated shop.
 *
 * Everything about the n-th article follows from n, so that orders and catalogue agree.
 */
#ifndef SANDBOX_SHOP_GOODS_H
#define SANDBOX_SHOP_GOODS_H

#include "sandbox/afterbuy.h"
#include "sandbox/shop_words.h"

enum { SHOP_FIRST_ANR = 1000 };

/* What an order can be; an order can be several things at once. */
#define SHOP_CLASS_LIST(X)                                                                         \
    X(TRACKED, "tracked")                                                                          \
    X(NO_WEIGHT, "no_weight")                                                                      \
    X(SOME_WEIGHT, "some_weight_missing")                                                          \
    X(EU, "eu")                                                                                    \
    X(NON_EU, "non_eu")                                                                            \
    X(SPECIAL, "special_territory")                                                                \
    X(PACKSTATION, "packstation")                                                                  \
    X(FBA, "fba")                                                                                  \
    X(FBA_MIXED, "fba_mixed")                                                                      \
    X(UNPAID, "unpaid")                                                                            \
    X(NO_PROCESS, "no_process")                                                                    \
    X(HIDDEN, "hidden")                                                                            \
    X(UNLINKED, "unlinked")                                                                        \
    X(BUNDLE, "bundle")                                                                            \
    X(LONG_NAME, "long_name")                                                                      \
    X(ODD_BLANKS, "odd_blanks")                                                                    \
    X(CURRENCY, "foreign_currency")                                                                \
    X(BANK, "bank_data")                                                                           \
    X(BROKEN, "broken")

enum shop_class {
#define X(id, name) CLASS_##id,
    SHOP_CLASS_LIST(X)
#undef X
        SHOP_CLASSES
};

struct shop {
    struct ab_account *account;
    uint64_t state; /* of the random sequence */
    int64_t articles, first_product;
    int64_t made[SHOP_CLASSES];
    struct text t; /* scratch */
    struct bag bag;
};

uint64_t shop_draw(struct shop *s);
size_t shop_pick(struct shop *s, size_t n);
bool shop_chance(struct shop *s, unsigned per_mille);
const char *shop_word(struct shop *s, const struct words *w);

void shop_put(struct shop *s, unsigned field, const char *value);
void shop_put_int(struct shop *s, unsigned field, int64_t value);
void shop_put_money(struct shop *s, unsigned field, int64_t cents);
/* An exact copy of what was put, ready to keep; the scratch is empty again. */
struct bag shop_keep(struct shop *s);

const struct goods *shop_goods_of(int64_t n);
bool shop_is_set(int64_t n);
void shop_ean_text(struct text *t, int64_t n);
void shop_name_text(struct text *t, int64_t n);
int64_t shop_cents(int64_t n);
/* 0: the catalogue does not know. */
int64_t shop_grams(int64_t n);
void shop_make_product(struct shop *s, int64_t n, const char *now);

#endif
