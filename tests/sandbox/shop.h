/*
 * shop: the shop that fills an Afterbuy account: a German merchant's day and a half, by a seed.
 *
 * The same seed, count and span give the same orders and articles, to the byte.
 */
#ifndef SANDBOX_SHOP_H
#define SANDBOX_SHOP_H

#include <jansson.h>

#include "sandbox/text.h"

/* What POST /_control/fill says; the report is JSON of counts by class, or the reason of a false.
 */
bool shop_fill(const json_t *said, struct text *report);

#endif
