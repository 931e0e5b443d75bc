// Reverse-mode differentiation: gradients, grad modes, and functions whose backward is managed code.
#include "qdrop_torch.h"

#include <ATen/Functions.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/csrc/autograd/variable.h>

#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

using qd::Handle;
using torch::autograd::variable_list;

namespace {

// Called with the managed state, the node, the incoming gradients (owned by the callee) and room for the outgoing ones
// (owned by the caller). Returns null, or a message that it allocated with malloc.
using BackwardCallback = char* (*)(void* state, void* node, const Handle* incoming, int32_t incoming_count, Handle* outgoing, int32_t outgoing_count);
using FreeCallback = void (*)(void* state);

variable_list list_of(const Handle* handles, int32_t count) {
  variable_list list;
  list.reserve(count);
  for (int32_t i = 0; i < count; i++) list.push_back(qd::borrow(handles[i]));
  return list;
}

// A node of the graph whose backward is a managed function; `state` is a GCHandle that dies with the node.
struct ManagedNode final : torch::autograd::Node {
  ManagedNode(BackwardCallback backward, FreeCallback free, void* state, std::string label)
      : backward_(backward), free_(free), state_(state), label_(std::move(label)) {}
  ~ManagedNode() override { free_(state_); }

  std::string name() const override { return label_; }

  variable_list apply(variable_list&& incoming) override {
    at::OptionalDeviceGuard guard;
    std::vector<Handle> gradients;
    gradients.reserve(incoming.size());
    for (size_t i = 0; i < incoming.size(); i++) {
      const bool fill = !incoming[i].defined() && materialize_grads && i < outputs.size();
      gradients.push_back(qd::give(fill ? outputs[i].zeros(guard) : incoming[i]));
    }
    std::vector<Handle> results(inputs.size(), nullptr);
    char* failure = backward_(state_, this, gradients.data(), static_cast<int32_t>(gradients.size()), results.data(), static_cast<int32_t>(results.size()));
    variable_list list;
    list.reserve(results.size());
    for (Handle handle : results) list.push_back(qd::take(handle));
    if (failure != nullptr) {
      std::string message(failure);
      std::free(failure);
      throw std::runtime_error(message);
    }
    return list;
  }

  void release_variables() override {
    std::lock_guard<std::mutex> lock(mutex_);
    saved.clear();
    released = true;
  }

  std::vector<torch::autograd::VariableInfo> inputs;
  std::vector<torch::autograd::VariableInfo> outputs;
  variable_list input_variables;  // only between qd_node_inputs and qd_node_outputs
  variable_list to_save;          // likewise
  std::unordered_set<at::TensorImpl*> dirty;
  std::unordered_set<at::TensorImpl*> non_differentiable;
  std::vector<torch::autograd::SavedVariable> saved;
  bool executable = false;
  bool materialize_grads = true;
  bool released = false;

 private:
  BackwardCallback backward_;
  FreeCallback free_;
  void* state_;
  std::string label_;
};

using NodeHandle = std::shared_ptr<torch::autograd::Node>;

ManagedNode& node_of(NodeHandle* handle) { return static_cast<ManagedNode&>(**handle); }

}  // namespace

QD_API int32_t qd_requires_grad(Handle handle) { return handle->requires_grad(); }
QD_API int64_t qd_set_requires_grad(Handle handle, int32_t value) {
  return qd::guarded([&] { qd::borrow(handle).set_requires_grad(value != 0); return 0; });
}
QD_API int32_t qd_is_leaf(Handle handle) { return qd::borrow(handle).is_leaf(); }
QD_API int32_t qd_retains_grad(Handle handle) { return qd::borrow(handle).retains_grad(); }
QD_API int64_t qd_retain_grad(Handle handle) {
  return qd::guarded([&] { qd::borrow(handle).retain_grad(); return 0; });
}
QD_API Handle qd_grad(Handle handle) { return qd::give(qd::borrow(handle).mutable_grad()); }
QD_API int64_t qd_set_grad(Handle handle, Handle gradient) {
  return qd::guarded([&] { qd::borrow(handle).mutable_grad() = qd::borrow(gradient); return 0; });
}
QD_API int64_t qd_set_data(Handle handle, Handle data) {
  return qd::guarded([&] { qd::borrow(handle).set_data(qd::borrow(data)); return 0; });
}

QD_API int32_t qd_anomaly() { return torch::autograd::AnomalyMode::is_enabled(); }
QD_API int32_t qd_anomaly_checks_nan() { return torch::autograd::AnomalyMode::should_check_nan(); }
QD_API void qd_set_anomaly(int32_t enabled, int32_t check_nan) { torch::autograd::AnomalyMode::set_enabled(enabled != 0, check_nan != 0); }

QD_API int32_t qd_grad_enabled() { return c10::GradMode::is_enabled(); }
QD_API void qd_set_grad_enabled(int32_t enabled) { c10::GradMode::set_enabled(enabled != 0); }
QD_API int32_t qd_inference_enabled() { return c10::InferenceMode::is_enabled(); }
QD_API void* qd_enter_inference(int32_t enabled) { return new c10::InferenceMode(enabled != 0); }
QD_API void qd_leave_inference(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }

// retain_graph: 0 no, 1 yes, -1 as create_graph says.
QD_API int64_t qd_backward(const Handle* tensors, int32_t count, const Handle* gradients, int32_t gradient_count, int32_t retain_graph,
                           int32_t create_graph, const Handle* inputs, int32_t input_count) {
  return qd::guarded([&] {
    const bool retain = retain_graph < 0 ? create_graph != 0 : retain_graph != 0;
    torch::autograd::backward(list_of(tensors, count), list_of(gradients, gradient_count), retain, create_graph != 0, list_of(inputs, input_count));
    return 0;
  });
}

QD_API int64_t qd_gradients(const Handle* outputs, int32_t count, const Handle* inputs, int32_t input_count, const Handle* gradients,
                            int32_t gradient_count, int32_t retain_graph, int32_t create_graph, int32_t allow_unused, Handle* results) {
  return qd::guarded([&] {
    const bool retain = retain_graph < 0 ? create_graph != 0 : retain_graph != 0;
    variable_list list = torch::autograd::grad(list_of(outputs, count), list_of(inputs, input_count), list_of(gradients, gradient_count),
                                               retain, create_graph != 0, allow_unused != 0);
    for (size_t i = 0; i < list.size(); i++) results[i] = qd::give(list[i]);
    return 0;
  });
}

// A custom function is applied in three steps: a node is made, its inputs are told, the managed forward runs (with grad mode off),
// its outputs are told. The handle is then freed; the graph, if there is one, keeps the node.
QD_API NodeHandle* qd_node_new(const char* label, BackwardCallback backward, FreeCallback free, void* state) {
  return new NodeHandle(new ManagedNode(backward, free, state, label), torch::autograd::deleteNode);
}
QD_API void qd_node_free(NodeHandle* handle) { delete handle; }
QD_API void* qd_node_address(NodeHandle* handle) { return handle->get(); }

QD_API int64_t qd_node_inputs(NodeHandle* handle, const Handle* inputs, int32_t count) {
  return qd::guarded([&] {
    ManagedNode& node = node_of(handle);
    node.input_variables = list_of(inputs, count);
    node.executable = c10::GradMode::is_enabled() && torch::autograd::any_variable_requires_grad(node.input_variables);
    node.set_next_edges(node.executable ? torch::autograd::collect_next_edges(node.input_variables) : torch::autograd::edge_list());
    node.clear_input_metadata();
    for (const at::Tensor& input : node.input_variables) node.inputs.emplace_back(input);
    return node.executable ? 1 : 0;
  });
}

// `outputs` are borrowed; `results` are new handles.
QD_API int64_t qd_node_outputs(NodeHandle* handle, const Handle* outputs, int32_t count, Handle* results) {
  return qd::guarded([&] {
    ManagedNode& node = node_of(handle);
    std::vector<c10::optional<at::Tensor>> raw;
    for (int32_t i = 0; i < count; i++) {
      at::Tensor output = qd::borrow(outputs[i]);
      raw.push_back(output.defined() ? c10::optional<at::Tensor>(output) : c10::nullopt);
    }
    for (at::TensorImpl* impl : node.dirty) impl->bump_version();
    auto no_forward_mode = [](variable_list, variable_list) -> variable_list {
      TORCH_CHECK(false, "forward-mode differentiation of custom functions is not supported");
    };
    auto wrapped = torch::autograd::_wrap_outputs(node.input_variables, node.non_differentiable, node.dirty, raw,
                                                  node.executable ? *handle : nullptr, no_forward_mode);
    if (node.executable) {
      for (const auto& output : wrapped) {
        if (output.has_value()) node.outputs.emplace_back(*output);
        else node.outputs.emplace_back();
      }
      for (const at::Tensor& variable : node.to_save) {
        const bool is_output = variable.defined() && variable.grad_fn().get() == handle->get();
        node.saved.emplace_back(variable, is_output);
      }
    }
    node.to_save.clear();
    node.input_variables.clear();
    for (size_t i = 0; i < wrapped.size(); i++) results[i] = wrapped[i].has_value() ? qd::give(*wrapped[i]) : nullptr;
    return 0;
  });
}

QD_API int64_t qd_node_save(void* address, const Handle* tensors, int32_t count) {
  return qd::guarded([&] {
    static_cast<ManagedNode*>(address)->to_save = list_of(tensors, count);
    return 0;
  });
}
QD_API int32_t qd_node_saved_count(void* address) {
  auto* node = static_cast<ManagedNode*>(address);
  return static_cast<int32_t>(node->saved.empty() ? node->to_save.size() : node->saved.size());
}
QD_API int64_t qd_node_saved(void* address, Handle* results) {
  return qd::guarded([&] {
    auto* node = static_cast<ManagedNode*>(address);
    TORCH_CHECK(!node->released, torch::autograd::ERR_BACKWARD_TWICE);
    if (node->saved.empty()) {
      for (size_t i = 0; i < node->to_save.size(); i++) results[i] = qd::give(node->to_save[i]);
      return 0;
    }
    variable_list unpacked;
    auto self = node->shared_from_this();
    for (const auto& variable : node->saved) unpacked.push_back(variable.unpack(self));
    for (size_t i = 0; i < unpacked.size(); i++) results[i] = qd::give(unpacked[i]);
    return 0;
  });
}
QD_API void qd_node_mark_dirty(void* address, const Handle* tensors, int32_t count) {
  auto* node = static_cast<ManagedNode*>(address);
  for (int32_t i = 0; i < count; i++) node->dirty.insert(tensors[i]);
}
QD_API void qd_node_mark_non_differentiable(void* address, const Handle* tensors, int32_t count) {
  auto* node = static_cast<ManagedNode*>(address);
  for (int32_t i = 0; i < count; i++) node->non_differentiable.insert(tensors[i]);
}
QD_API void qd_node_materialize_grads(void* address, int32_t value) { static_cast<ManagedNode*>(address)->materialize_grads = value != 0; }
