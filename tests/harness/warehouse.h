/* warehouse.h: the world of the second route: a Billbee shop (account `shop`), a wemalo warehouse
 * (`warehouse`) and the route shop-warehouse between them, in place of the first one. All else is
 * as in world.h. */
#ifndef TAGWERK_TESTS_WAREHOUSE_H
#define TAGWERK_TESTS_WAREHOUSE_H

#include "harness/world.h"

/* Writes tagwerk.conf anew. Each text (NULL: nothing) is added to its section as further lines. */
void warehouse_configure(struct world *world, const char *shop, const char *warehouse,
                         const char *route, const char *rest);
/* No orders, no articles yet. */
void warehouse_open(struct world *world, const char *now_iso);

#endif
