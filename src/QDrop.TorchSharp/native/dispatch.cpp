// Calls any ATen operator by name through libtorch's dispatcher with boxed values.
#include "qdrop_torch.h"

#include <ATen/Generator.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

#include <cstdlib>
#include <utility>
#include <vector>

namespace {

using c10::IValue;
using c10::TypeKind;
using qd::Value;

// What one parameter of an operator's schema accepts, read once when the operator is first looked up.
struct Parameter {
  std::string name;
  TypeKind kind = TypeKind::AnyType;
  TypeKind element = TypeKind::AnyType;  // of a list
  bool optional = false;
  bool optional_element = false;
  int32_t fixed_length = 0;  // int[2] takes a single number too, as in Python
  bool has_default = false;
  IValue default_value;
};

struct Operator {
  explicit Operator(c10::OperatorHandle handle) : handle(std::move(handle)) {}
  c10::OperatorHandle handle;
  std::vector<Parameter> parameters;
};

c10::TypePtr strip(const c10::TypePtr& type, bool& optional) {
  if (type->kind() == TypeKind::OptionalType) {
    optional = true;
    return type->expectRef<c10::OptionalType>().getElementType();
  }
  return type;
}

Parameter describe(const c10::Argument& argument) {
  Parameter parameter;
  parameter.name = argument.name();
  c10::TypePtr type = strip(argument.type(), parameter.optional);
  parameter.kind = type->kind();
  if (parameter.kind == TypeKind::ListType) {
    parameter.element = strip(type->expectRef<c10::ListType>().getElementType(), parameter.optional_element)->kind();
    parameter.fixed_length = argument.N().value_or(0);
  }
  if (argument.default_value().has_value()) {
    parameter.has_default = true;
    parameter.default_value = *argument.default_value();
  }
  return parameter;
}

IValue list_of(const Value& value, const Parameter& parameter) {
  const int32_t count = value.tag >= qd::kInt && value.tag <= qd::kBool ? std::max(parameter.fixed_length, 1) : value.count;
  const bool single = value.tag >= qd::kInt && value.tag <= qd::kBool;
  const auto* integers = static_cast<const int64_t*>(value.pointer);
  const auto* reals = static_cast<const double*>(value.pointer);
  const bool is_real = value.tag == qd::kDouble || value.tag == qd::kDoubleList;
  auto real_at = [&](int32_t i) {
    if (single) return is_real ? value.real : static_cast<double>(value.integer);
    return is_real ? reals[i] : static_cast<double>(integers[i]);
  };
  auto integer_at = [&](int32_t i) { return single ? value.integer : integers[i]; };
  switch (parameter.element) {
    case TypeKind::IntType:
    case TypeKind::SymIntType: {
      TORCH_CHECK(!is_real, "argument '", parameter.name, "' takes integers, but floating-point numbers were given");
      c10::List<int64_t> list;
      list.reserve(count);
      for (int32_t i = 0; i < count; i++) list.push_back(integer_at(i));
      return list;
    }
    case TypeKind::FloatType: {
      c10::List<double> list;
      list.reserve(count);
      for (int32_t i = 0; i < count; i++) list.push_back(real_at(i));
      return list;
    }
    case TypeKind::BoolType: {
      c10::List<bool> list;
      list.reserve(count);
      for (int32_t i = 0; i < count; i++) list.push_back(integer_at(i) != 0);
      return list;
    }
    case TypeKind::NumberType: {
      c10::List<c10::Scalar> list;
      for (int32_t i = 0; i < count; i++) list.push_back(is_real ? c10::Scalar(real_at(i)) : c10::Scalar(integer_at(i)));
      return list;
    }
    default:
      TORCH_CHECK(false, "argument '", parameter.name, "' takes a list of a kind that numbers do not fit");
  }
}

IValue tensors_of(const Value& value, const Parameter& parameter) {
  auto* handles = static_cast<qd::Handle*>(value.pointer);
  if (parameter.optional_element) {
    c10::List<c10::optional<at::Tensor>> list;
    list.reserve(value.count);
    for (int32_t i = 0; i < value.count; i++) {
      if (handles[i] == nullptr) list.push_back(c10::nullopt);
      else list.push_back(qd::borrow(handles[i]));
    }
    return list;
  }
  c10::List<at::Tensor> list;
  list.reserve(value.count);
  for (int32_t i = 0; i < value.count; i++) list.push_back(qd::borrow(handles[i]));
  return list;
}

IValue convert(const Value& value, const Parameter& parameter) {
  switch (value.tag) {
    case qd::kNone:
      if (parameter.optional) return IValue();
      if (parameter.kind == TypeKind::TensorType) return at::Tensor();
      if (parameter.has_default) return parameter.default_value;
      TORCH_CHECK(false, "argument '", parameter.name, "' is required, but null was given");
    case qd::kTensor:
      return qd::borrow(static_cast<qd::Handle>(value.pointer));
    case qd::kInt:
      if (parameter.kind == TypeKind::FloatType) return static_cast<double>(value.integer);
      if (parameter.kind == TypeKind::BoolType) return value.integer != 0;
      if (parameter.kind == TypeKind::ListType) return list_of(value, parameter);
      return value.integer;
    case qd::kDouble:
      if (parameter.kind == TypeKind::ListType) return list_of(value, parameter);
      TORCH_CHECK(parameter.kind != TypeKind::IntType && parameter.kind != TypeKind::SymIntType && parameter.kind != TypeKind::BoolType,
                  "argument '", parameter.name, "' takes an integer, but ", value.real, " was given");
      return value.real;
    case qd::kBool:
      if (parameter.kind == TypeKind::IntType) return value.integer;
      if (parameter.kind == TypeKind::FloatType) return static_cast<double>(value.integer);
      if (parameter.kind == TypeKind::ListType) return list_of(value, parameter);
      return value.integer != 0;
    case qd::kComplex: {
      auto* parts = static_cast<const double*>(value.pointer);
      return c10::complex<double>(parts[0], parts[1]);
    }
    case qd::kIntList:
    case qd::kDoubleList:
    case qd::kBoolList:
      return list_of(value, parameter);
    case qd::kString:
      return std::string(static_cast<const char*>(value.pointer), value.count);
    case qd::kDevice:
      return c10::Device(static_cast<c10::DeviceType>(static_cast<int8_t>(value.integer & 0xff)),
                         static_cast<c10::DeviceIndex>(value.integer >> 32));
    case qd::kTensorList:
      return tensors_of(value, parameter);
    case qd::kGenerator:
      return *static_cast<at::Generator*>(value.pointer);
    case qd::kDefault:
      TORCH_CHECK(parameter.has_default, "argument '", parameter.name, "' has no default");
      return parameter.default_value;
    default:
      TORCH_CHECK(false, "argument '", parameter.name, "': unknown tag ", value.tag);
  }
}

void give_list(const c10::List<at::Tensor>& list, Value& result) {
  auto* handles = static_cast<qd::Handle*>(std::malloc(sizeof(qd::Handle) * (list.size() + 1)));
  for (size_t i = 0; i < list.size(); i++) handles[i] = qd::give(list.get(i));
  result.tag = qd::kTensorList;
  result.count = static_cast<int32_t>(list.size());
  result.pointer = handles;
}

void give_result(const IValue& value, Value& result) {
  result = Value{qd::kNone, 0, {0}};
  if (value.isTensor()) {
    result.tag = qd::kTensor;
    result.pointer = qd::give(value.toTensor());
  } else if (value.isInt()) {
    result.tag = qd::kInt;
    result.integer = value.toInt();
  } else if (value.isDouble()) {
    result.tag = qd::kDouble;
    result.real = value.toDouble();
  } else if (value.isBool()) {
    result.tag = qd::kBool;
    result.integer = value.toBool() ? 1 : 0;
  } else if (value.isTensorList()) {
    give_list(value.toTensorList(), result);
  } else {
    TORCH_CHECK(value.isNone(), "the operator returned a ", value.tagKind(), ", which this binding does not carry");
  }
}

}  // namespace

// Looks up "name" (with "aten::" before it) and "overload"; null and an error message where there is no such operator.
QD_API void* qd_find(const char* name, const char* overload) {
  Operator* found = nullptr;
  qd::guarded([&] {
    auto op = std::make_unique<Operator>(c10::Dispatcher::singleton().findSchemaOrThrow(name, overload));
    for (const c10::Argument& argument : op->handle.schema().arguments()) op->parameters.push_back(describe(argument));
    found = op.release();  // lives as long as the process, as the operators do
    return 0;
  });
  return found;
}

// Calls the operator; missing trailing arguments take the schema's defaults. Returns the number of results, of which at
// most `capacity` are written (the others are dropped), or -1.
QD_API int64_t qd_call(void* handle, const Value* arguments, int32_t count, Value* results, int32_t capacity) {
  return qd::guarded([&]() -> int64_t {
    const auto& op = *static_cast<Operator*>(handle);
    const auto expected = static_cast<int32_t>(op.parameters.size());
    TORCH_CHECK(count <= expected, op.handle.schema().name(), " takes ", expected, " arguments, ", count, " were given");
    torch::jit::Stack stack;
    stack.reserve(expected);
    for (int32_t i = 0; i < expected; i++) {
      const Parameter& parameter = op.parameters[i];
      if (i < count) {
        stack.push_back(convert(arguments[i], parameter));
      } else {
        TORCH_CHECK(parameter.has_default, op.handle.schema().name(), ": argument '", parameter.name, "' is missing");
        stack.push_back(parameter.default_value);
      }
    }
    op.handle.callBoxed(&stack);
    const auto produced = static_cast<int32_t>(stack.size());
    for (int32_t i = 0; i < produced && i < capacity; i++) give_result(stack[i], results[i]);
    return produced;
  });
}

// The text of an operator's schema; the caller frees it.
QD_API char* qd_schema(void* handle) {
  const std::string text = toString(static_cast<Operator*>(handle)->handle.schema());
  return strdup(text.c_str());
}

QD_API void qd_free(void* memory) { std::free(memory); }
