// What the load client says at its end; test/support/load-client.ts describes each field.
#pragma once

#include <string>

#include "churn.h"
#include "load.h"

std::string report_json(const Load &load, const Churn &churn, double cpu_seconds);
