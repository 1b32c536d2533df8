// What an element of the registry can be set to.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lenscast {

struct ElementProperty {
  std::string name;
  // Of an enumeration, its values' short names.
  std::optional<std::vector<std::string>> nicks;
};

// Its writable properties; nothing where there is no such element. Loads the plugin that has it and asks the element's
// class, which runs the plugin's code.
std::optional<std::vector<ElementProperty>> elementProperties(const std::string& factory);

}  // namespace lenscast
