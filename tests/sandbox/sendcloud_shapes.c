/* The shapes of the bodies that the simulated calls take, read off the vendor's OpenAPI files. */
#include "sandbox/sendcloud_shape.h"

enum {
    NEED = SF_NEED,
    NEED_NULL = SF_NEED | SF_NULL,
    NEED_BLANK = SF_NEED | SF_BLANK,
    NULL_BLANK = SF_NULL | SF_BLANK
};

static const char currencies[] = "EUR USD GBP";

/* ---- v2 ---- */

static const struct shape v2_status[] = {
    {"id", SK_TEXT, NEED, 0, NULL, NULL}, {"message", SK_TEXT, NEED, 0, NULL, NULL}, {0}};

static const struct shape v2_item[] = {{"description", SK_TEXT, NEED, 0, NULL, NULL},
                                       {"quantity", SK_INT, NEED | SF_POSITIVE, 0, NULL, NULL},
                                       {"value", SK_DECIMAL, NEED, 0, NULL, NULL},
                                       {"weight", SK_DECIMAL, SF_NULL, 0, NULL, NULL},
                                       {"hs_code", SK_TEXT, SF_BLANK, 12, NULL, NULL},
                                       {"origin_country", SK_COUNTRY, SF_NULL, 2, NULL, NULL},
                                       {"sku", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                       {"product_id", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                       {"properties", SK_ANY, 0, 0, NULL, NULL},
                                       {"mid_code", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
                                       {"material_content", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
                                       {"intended_use", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
                                       {0}};

const struct shape sc_v2_shipment_shape[] = {
    {"external_order_id", SK_TEXT, NEED, 0, NULL, NULL},
    {"external_shipment_id", SK_TEXT, NEED_NULL, 0, NULL, NULL},
    {"order_number", SK_TEXT, NEED, 0, NULL, NULL},
    {"name", SK_TEXT, NEED, 0, NULL, NULL},
    {"company_name", SK_TEXT, NEED_BLANK, 0, NULL, NULL},
    {"address", SK_TEXT, NEED, 0, NULL, NULL},
    {"house_number", SK_TEXT, NEED_BLANK, 0, NULL, NULL},
    {"address_2", SK_TEXT, NEED_BLANK, 0, NULL, NULL},
    {"postal_code", SK_TEXT, NEED, 0, NULL, NULL},
    {"city", SK_TEXT, NEED, 0, NULL, NULL},
    {"country", SK_COUNTRY, NEED, 0, NULL, NULL},
    {"to_state", SK_TEXT, NEED_NULL, 0, NULL, NULL},
    {"telephone", SK_TEXT, NEED_BLANK, 0, NULL, NULL},
    {"email", SK_EMAIL, NEED_BLANK, 0, NULL, NULL},
    {"created_at", SK_INSTANT, NEED | SF_APART, 0, NULL, NULL},
    {"updated_at", SK_INSTANT, NEED | SF_APART, 0, NULL, NULL},
    {"currency", SK_TEXT, NEED_NULL, 0, currencies, NULL},
    {"customs_invoice_nr", SK_TEXT, NEED_BLANK, 0, NULL, NULL},
    {"customs_shipment_type", SK_INT, NEED_NULL, 0, "0 1 2 3 4", NULL},
    {"order_status", SK_OBJECT, NEED_NULL, 0, NULL, v2_status},
    {"payment_status", SK_OBJECT, NEED_NULL, 0, NULL, v2_status},
    {"parcel_items", SK_LIST, NEED_NULL, 0, NULL, v2_item},
    {"shipping_method_checkout_name", SK_TEXT, NEED_BLANK, 100, NULL, NULL},
    {"to_post_number", SK_TEXT, NEED_BLANK, 0, NULL, NULL},
    {"to_service_point", SK_INT, NEED_NULL, 0, NULL, NULL},
    {"shipping_method", SK_INT, SF_NULL, 0, NULL, NULL},
    {"total_order_value", SK_DECIMAL, SF_NULL, 0, NULL, NULL},
    {"weight", SK_DECIMAL, SF_NULL | SF_POSITIVE, 10, NULL, NULL},
    {"width", SK_DECIMAL, SF_NULL, 10, NULL, NULL},
    {"height", SK_DECIMAL, SF_NULL, 10, NULL, NULL},
    {"length", SK_DECIMAL, SF_NULL, 10, NULL, NULL},
    {"checkout_payload", SK_ANY, SF_NULL, 0, NULL, NULL},
    {"customs_details", SK_ANY, SF_NULL, 0, NULL, NULL},
    {0}};

static const struct shape v2_parcel_item[] = {
    {"description", SK_TEXT, NEED, 255, NULL, NULL},
    {"quantity", SK_INT, NEED | SF_POSITIVE, 0, NULL, NULL},
    {"weight", SK_DECIMAL, NEED, 0, NULL, NULL},
    {"value", SK_DECIMAL, NEED | SF_CENTS, 0, NULL, NULL},
    {"hs_code", SK_TEXT, NEED_BLANK, 12, NULL, NULL},
    {"origin_country", SK_COUNTRY, SF_NULL, 2, NULL, NULL},
    {"sku", SK_TEXT, SF_BLANK, 255, NULL, NULL},
    {"product_id", SK_TEXT, SF_BLANK, 255, NULL, NULL},
    {"properties", SK_ANY, SF_NULL, 0, NULL, NULL},
    {0}};

static const struct shape v2_method[] = {
    {"id", SK_INT, NEED, 0, NULL, NULL}, {"name", SK_TEXT, SF_BLANK, 0, NULL, NULL}, {0}};

static const struct shape v2_customs[] = {
    {"customs_invoice_nr", SK_TEXT, NEED_BLANK, 0, NULL, NULL},
    {"customs_shipment_type", SK_INT, NEED, 0, "0 1 2 3 4", NULL},
    {"export_type", SK_TEXT, 0, 0, "private commercial_b2c commercial_b2b", NULL},
    {"invoice_date", SK_TEXT, 0, 10, NULL, NULL},
    {"general_notes", SK_TEXT, SF_BLANK, 500, NULL, NULL},
    {"discount_granted", SK_DECIMAL, 0, 0, NULL, NULL},
    {"freight_costs", SK_DECIMAL, 0, 0, NULL, NULL},
    {"insurance_costs", SK_DECIMAL, 0, 0, NULL, NULL},
    {"other_costs", SK_DECIMAL, 0, 0, NULL, NULL},
    {"tax_numbers", SK_ANY, 0, 0, NULL, NULL},
    {"importer_of_record", SK_ANY, 0, 0, NULL, NULL},
    {0}};

const struct shape sc_v2_parcel_shape[] = {
    {"name", SK_TEXT, NEED, 0, NULL, NULL},
    {"company_name", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
    {"address", SK_TEXT, NEED, 0, NULL, NULL},
    {"house_number", SK_TEXT, SF_BLANK, 0, NULL, NULL},
    {"address_2", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
    {"city", SK_TEXT, NEED, 0, NULL, NULL},
    {"postal_code", SK_TEXT, NEED, 0, NULL, NULL},
    {"country", SK_COUNTRY, NEED, 0, NULL, NULL},
    {"country_state", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
    {"telephone", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
    {"email", SK_EMAIL, NULL_BLANK, 0, NULL, NULL},
    {"request_label", SK_BOOL, 0, 0, NULL, NULL},
    {"requestLabel", SK_BOOL, 0, 0, NULL, NULL},
    {"request_label_async", SK_BOOL, 0, 0, NULL, NULL},
    {"apply_shipping_rules", SK_BOOL, 0, 0, NULL, NULL},
    {"shipment", SK_OBJECT, SF_NULL, 0, NULL, v2_method},
    {"weight", SK_DECIMAL, SF_POSITIVE, 10, NULL, NULL},
    {"order_number", SK_TEXT, SF_BLANK, 0, NULL, NULL},
    {"external_reference", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
    {"reference", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
    {"external_order_id", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
    {"external_shipment_id", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
    {"shipment_uuid", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
    {"quantity", SK_INT, SF_POSITIVE, 0, NULL, NULL},
    {"is_return", SK_BOOL, 0, 0, NULL, NULL},
    {"total_order_value", SK_DECIMAL, SF_NULL, 0, NULL, NULL},
    {"total_order_value_currency", SK_TEXT, NULL_BLANK, 3, NULL, NULL},
    {"to_service_point", SK_INT, SF_NULL, 0, NULL, NULL},
    {"to_post_number", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
    {"customs_invoice_nr", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
    {"customs_shipment_type", SK_INT, SF_NULL, 0, "0 1 2 3 4", NULL},
    {"customs_information", SK_OBJECT, SF_NULL, 0, NULL, v2_customs},
    {"shipping_method_checkout_name", SK_TEXT, NULL_BLANK, 100, NULL, NULL},
    {"length", SK_DECIMAL, SF_NULL | SF_CENTS, 10, NULL, NULL},
    {"width", SK_DECIMAL, SF_NULL | SF_CENTS, 10, NULL, NULL},
    {"height", SK_DECIMAL, SF_NULL | SF_CENTS, 10, NULL, NULL},
    {"parcel_items", SK_LIST, 0, 0, NULL, v2_parcel_item},
    {0}};

/* ---- v3 ---- */

static const struct shape v3_id[] = {{"id", SK_INT, NEED, 0, NULL, NULL}, {0}};
static const struct shape v3_code[] = {
    {"code", SK_TEXT, NEED, 0, NULL, NULL}, {"message", SK_TEXT, SF_BLANK, 0, NULL, NULL}, {0}};
static const struct shape v3_price[] = {{"value", SK_NUMBER, NEED, 0, NULL, NULL},
                                        {"currency", SK_TEXT, NEED, 0, currencies, NULL},
                                        {0}};
static const struct shape v3_cost[] = {
    {"value", SK_TEXT, SF_NULL, 0, NULL, NULL}, {"currency", SK_TEXT, SF_NULL, 0, NULL, NULL}, {0}};
static const struct shape v3_weight[] = {{"value", SK_NUMBER, NEED | SF_POSITIVE, 0, NULL, NULL},
                                         {"unit", SK_TEXT, NEED, 0, "kg g lbs oz", NULL},
                                         {0}};
static const struct shape v3_dimension[] = {{"length", SK_NUMBER, NEED, 0, NULL, NULL},
                                            {"width", SK_NUMBER, NEED, 0, NULL, NULL},
                                            {"height", SK_NUMBER, NEED, 0, NULL, NULL},
                                            {"unit", SK_TEXT, NEED, 0, "cm mm m yd ft in", NULL},
                                            {0}};
static const struct shape v3_volume[] = {{"value", SK_INT, NEED, 0, NULL, NULL},
                                         {"unit", SK_TEXT, NEED, 0, "m3 cm3 l ml gal", NULL},
                                         {0}};
static const struct shape v3_measurement[] = {{"weight", SK_OBJECT, 0, 0, NULL, v3_weight},
                                              {"dimension", SK_OBJECT, 0, 0, NULL, v3_dimension},
                                              {"volume", SK_OBJECT, 0, 0, NULL, v3_volume},
                                              {0}};

static const struct shape v3_item[] = {{"item_id", SK_TEXT, 0, 0, NULL, NULL},
                                       {"product_id", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                       {"variant_id", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                       {"image_url", SK_TEXT, 0, 0, NULL, NULL},
                                       {"name", SK_TEXT, NEED_BLANK, 0, NULL, NULL},
                                       {"description", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                       {"quantity", SK_INT, NEED | SF_POSITIVE, 0, NULL, NULL},
                                       {"sku", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                       {"ean", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                       {"hs_code", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                       {"country_of_origin", SK_COUNTRY, 0, 2, NULL, NULL},
                                       {"properties", SK_OBJECT, 0, 0, NULL, NULL},
                                       {"unit_price", SK_OBJECT, 0, 0, NULL, v3_price},
                                       {"total_price", SK_OBJECT, NEED, 0, NULL, v3_price},
                                       {"measurement", SK_OBJECT, 0, 0, NULL, v3_measurement},
                                       {"delivery_dates", SK_OBJECT, SF_NULL, 0, NULL, NULL},
                                       {"mid_code", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
                                       {"material_content", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
                                       {"intended_use", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
                                       {0}};

static const struct shape v3_details[] = {{"integration", SK_OBJECT, NEED, 0, NULL, v3_id},
                                          {"status", SK_OBJECT, NEED, 0, NULL, v3_code},
                                          {"order_created_at", SK_INSTANT, NEED, 0, NULL, NULL},
                                          {"order_updated_at", SK_INSTANT, 0, 0, NULL, NULL},
                                          {"order_items", SK_LIST, NEED, 0, NULL, v3_item},
                                          {"notes", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                          {"tags", SK_LIST, 0, 0, NULL, NULL},
                                          {0}};

static const struct shape v3_payment[] = {
    {"total_price", SK_OBJECT, NEED, 0, NULL, v3_price},
    {"subtotal_price", SK_OBJECT, 0, 0, NULL, v3_price},
    {"estimated_shipping_price", SK_OBJECT, 0, 0, NULL, v3_price},
    {"estimated_tax_price", SK_OBJECT, 0, 0, NULL, v3_price},
    {"status", SK_OBJECT, NEED, 0, NULL, v3_code},
    {"is_cash_on_delivery", SK_BOOL, SF_NULL, 0, NULL, NULL},
    {"invoice_date", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
    {"discount_granted", SK_OBJECT, 0, 0, NULL, v3_cost},
    {"insurance_costs", SK_OBJECT, 0, 0, NULL, v3_cost},
    {"freight_costs", SK_OBJECT, 0, 0, NULL, v3_cost},
    {"other_costs", SK_OBJECT, 0, 0, NULL, v3_cost},
    {0}};

static const struct shape v3_customs[] = {
    {"commercial_invoice_number", SK_TEXT, SF_BLANK, 0, NULL, NULL},
    {"shipment_type", SK_TEXT, 0, 0, "gift commercial_goods commercial_sample returned_goods",
     NULL},
    {"export_type", SK_TEXT, 0, 0, "private commercial_b2c commercial_b2b", NULL},
    {"tax_numbers", SK_OBJECT, SF_NULL, 0, NULL, NULL},
    {0}};

static const struct shape v3_customer[] = {{"name", SK_TEXT, NEED_BLANK, 0, NULL, NULL},
                                           {"phone_number", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                           {"email", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                           {0}};

static const struct shape v3_address[] = {{"name", SK_TEXT, NEED, 0, NULL, NULL},
                                          {"company_name", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                          {"address_line_1", SK_TEXT, NEED_BLANK, 0, NULL, NULL},
                                          {"house_number", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                          {"address_line_2", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                          {"postal_code", SK_TEXT, NEED, 0, NULL, NULL},
                                          {"city", SK_TEXT, NEED, 0, NULL, NULL},
                                          {"po_box", SK_TEXT, NULL_BLANK, 0, NULL, NULL},
                                          {"state_province_code", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                          {"country_code", SK_COUNTRY, NEED, 0, NULL, NULL},
                                          {"email", SK_EMAIL, 0, 0, NULL, NULL},
                                          {"phone_number", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                          {0}};

static const struct shape v3_option[] = {
    {"shipping_option_code", SK_TEXT, NEED_NULL, 0, NULL, NULL},
    {"contract_id", SK_INT, SF_NULL | SF_POSITIVE, 0, NULL, NULL},
    {0}};
static const struct shape v3_ship_with[] = {
    {"type", SK_TEXT, NEED, 0, "shipping_option_code", NULL},
    {"properties", SK_OBJECT, NEED, 0, NULL, v3_option},
    {0}};
static const struct shape v3_shipping[] = {{"is_local_pickup", SK_BOOL, SF_NULL, 0, NULL, NULL},
                                           {"delivery_indicator", SK_TEXT, SF_BLANK, 0, NULL, NULL},
                                           {"measurement", SK_OBJECT, 0, 0, NULL, v3_measurement},
                                           {"ship_with", SK_OBJECT, 0, 0, NULL, v3_ship_with},
                                           {0}};

const struct shape sc_v3_order_shape[] = {
    {"id", SK_TEXT, 0, 0, NULL, NULL},
    {"order_id", SK_TEXT, NEED, 0, NULL, NULL},
    {"order_number", SK_TEXT, NEED, 0, NULL, NULL},
    {"order_details", SK_OBJECT, NEED, 0, NULL, v3_details},
    {"payment_details", SK_OBJECT, NEED, 0, NULL, v3_payment},
    {"customs_details", SK_OBJECT, SF_NULL, 0, NULL, v3_customs},
    {"customer_details", SK_OBJECT, 0, 0, NULL, v3_customer},
    {"billing_address", SK_OBJECT, 0, 0, NULL, v3_address},
    {"shipping_address", SK_OBJECT, 0, 0, NULL, v3_address},
    {"shipping_details", SK_OBJECT, 0, 0, NULL, v3_shipping},
    {"service_point_details", SK_OBJECT, 0, 0, NULL, NULL},
    {0}};

/* A change may be any part of an order; what it makes of the order is checked as a whole. */
const struct shape sc_v3_patch_shape[] = {{"id", SK_TEXT, 0, 0, NULL, NULL},
                                          {"order_id", SK_TEXT, 0, 0, NULL, NULL},
                                          {"order_number", SK_TEXT, 0, 0, NULL, NULL},
                                          {"order_details", SK_OBJECT, 0, 0, NULL, NULL},
                                          {"payment_details", SK_OBJECT, 0, 0, NULL, NULL},
                                          {"customs_details", SK_OBJECT, SF_NULL, 0, NULL, NULL},
                                          {"customer_details", SK_OBJECT, 0, 0, NULL, NULL},
                                          {"billing_address", SK_OBJECT, 0, 0, NULL, NULL},
                                          {"shipping_address", SK_OBJECT, 0, 0, NULL, NULL},
                                          {"shipping_details", SK_OBJECT, 0, 0, NULL, NULL},
                                          {"service_point_details", SK_OBJECT, 0, 0, NULL, NULL},
                                          {0}};
