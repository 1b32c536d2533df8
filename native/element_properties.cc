#include "element_properties.h"

#include "gst_ptr.h"

namespace lenscast {
namespace {

using ClassPtr = Owned<void, g_type_class_unref>;

std::vector<std::string> nicksOf(GType type) {
  const ClassPtr owner(g_type_class_ref(type));
  const auto* values = static_cast<const GEnumClass*>(owner.get());
  std::vector<std::string> nicks;
  for (guint i = 0; i < values->n_values; i += 1) nicks.push_back(toString(values->values[i].value_nick));
  return nicks;
}

}  // namespace

std::optional<std::vector<ElementProperty>> elementProperties(const std::string& factory) {
  const FactoryPtr found(gst_element_factory_find(factory.c_str()));
  if (!found) return std::nullopt;
  const FactoryPtr loaded(GST_ELEMENT_FACTORY(gst_plugin_feature_load(GST_PLUGIN_FEATURE(found.get()))));
  if (!loaded) return std::nullopt;
  const ClassPtr owner(g_type_class_ref(gst_element_factory_get_element_type(loaded.get())));
  guint count = 0;
  const Owned<GParamSpec*, g_free> specs(g_object_class_list_properties(G_OBJECT_CLASS(owner.get()), &count));
  std::vector<ElementProperty> properties;
  for (guint i = 0; i < count; i += 1) {
    const GParamSpec* spec = specs.get()[i];
    if (!(spec->flags & G_PARAM_WRITABLE)) continue;
    ElementProperty property{spec->name, std::nullopt};
    if (G_TYPE_IS_ENUM(spec->value_type)) property.nicks = nicksOf(spec->value_type);
    properties.push_back(std::move(property));
  }
  return properties;
}

}  // namespace lenscast
