"""Models as ONNX files that predict without Python."""
