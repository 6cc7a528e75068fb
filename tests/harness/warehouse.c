#include "harness/warehouse.h"

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

void warehouse_configure(struct world *world, const char *shop, const char *warehouse,
                         const char *route, const char *rest)
{
    world_configure_text(
        world, arena_format(&world->arena,
                            "[account shop]\nsystem = billbee\nurl = http://127.0.0.1:%u/billbee\n"
                            "user = haendler@example.org\napi_password = Demo-Passwort-1\n"
                            "api_key = 00000000-0000-4000-8000-000000000001\ntag = wemalo\n%s\n"
                            "[account warehouse]\nsystem = wemalo\n"
                            "url = http://127.0.0.1:%u/wemalo\ntoken = demo-wemalo-token\n%s\n"
                            "[route shop-warehouse]\nfrom = shop\nto = warehouse\ntag = wemalo\n"
                            "%s\n%s\n",
                            world->port, or_empty(shop), world->port, or_empty(warehouse),
                            or_empty(route), or_empty(rest)));
}

void warehouse_open(struct world *world, const char *now_iso)
{
    world_open(world, now_iso);
    warehouse_configure(world, NULL, NULL, NULL, NULL);
}
