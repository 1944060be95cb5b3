# NVIDIA Triton with what the fusion model's Python backend imports. The model repository is mounted at /models.
# The same image serves on a CPU (Python backend) and on a GPU (ONNX Runtime backend).
FROM nvcr.io/nvidia/tritonserver:24.12-py3
# The image has no virtual environment, and no other program that its packages could disturb.
ENV PIP_BREAK_SYSTEM_PACKAGES=1
COPY constraints.txt /tmp/constraints.txt
RUN pip install --no-cache-dir --constraint /tmp/constraints.txt numpy openvino && rm /tmp/constraints.txt
