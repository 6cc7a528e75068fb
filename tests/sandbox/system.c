#include "sandbox/system.h"

#include <string.h>

#include "sandbox/afterbuy.h"
#include "sandbox/billbee.h"
#include "sandbox/sendcloud.h"
#include "sandbox/wemalo.h"

static const struct system *const systems[] = {&afterbuy_system, &sendcloud_system, &billbee_system,
                                               &wemalo_system};

size_t system_count(void)
{
    return sizeof systems / sizeof(const struct system *);
}

const struct system *system_at(size_t i)
{
    return systems[i];
}

size_t system_number(const struct system *s)
{
    size_t i = 0;

    while (i < system_count() && systems[i] != s)
        i++;
    return i;
}

const struct system *system_by_name(const char *name)
{
    for (size_t i = 0; i < system_count(); i++) {
        if (same_text(systems[i]->name, name))
            return systems[i];
    }
    return NULL;
}

const struct system *system_by_path(const char *path)
{
    for (size_t i = 0; i < system_count(); i++) {
        if (strncmp(path, systems[i]->prefix, strlen(systems[i]->prefix)) == 0)
            return systems[i];
    }
    return NULL;
}
