/*
 * shop_words: the names, places and goods the shop generator draws from.
 *
 * Places come in four lists, by what customs make of them.
 */
#ifndef SANDBOX_SHOP_WORDS_H
#define SANDBOX_SHOP_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct place {
    const char *iso, *plate; /* ISO code; car-plate code as Afterbuy has it */
    const char *postal_code, *city, *state, *street, *phone;
};

struct goods {
    const char *name, *tariff, *origin;
    int grams, cents;
};

struct words {
    const char *const *words;
    size_t count;
};

extern const struct words shop_first_names, shop_last_names, shop_companies, shop_home_streets,
    shop_house_numbers, shop_adjectives, shop_methods, shop_payments;

struct places {
    const struct place *places;
    size_t count;
};

/* Germany; the EU; outside of it; territories where customs and country disagree. */
extern const struct places shop_home, shop_union, shop_abroad, shop_special;

extern const struct goods shop_goods[];
extern const size_t shop_goods_count;

#endif
