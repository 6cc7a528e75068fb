#include "sandbox/afterbuy_fields.h"

#define X(id, group, name, style) {name, AG_##group, AS_##style},
static const struct ab_field order_fields[] = {AB_ORDER_FIELDS(X)};
static const struct ab_field item_fields[] = {AB_ITEM_FIELDS(X)};
static const struct ab_field label_fields[] = {AB_LABEL_FIELDS(X)};
static const struct ab_field product_fields[] = {AB_PRODUCT_FIELDS(X)};
#undef X

const struct ab_kind ab_order_kind = {order_fields, AF_ORDER_FIELDS};
const struct ab_kind ab_item_kind = {item_fields, AF_ITEM_FIELDS};
const struct ab_kind ab_label_kind = {label_fields, AF_LABEL_FIELDS};
const struct ab_kind ab_product_kind = {product_fields, AF_PRODUCT_FIELDS};

bool ab_field_find(const struct ab_kind *kind, enum ab_group group, const char *name, unsigned *id)
{
    for (unsigned i = 0; i < kind->count; i++) {
        if (kind->fields[i].group == group && same_word(kind->fields[i].name, name)) {
            *id = i;
            return true;
        }
    }
    return false;
}
