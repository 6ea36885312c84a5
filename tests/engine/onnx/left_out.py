"""What the node tests ask for and none of our layers does, each with the reason why."""

from __future__ import annotations

INTEGERS = "layers compute with floating-point numbers: float32 to train, float64 to check"
HALF_PRECISION = "layers compute in float32 and float64; NumPy has no fast float16, and no bfloat16 at all"
ONE_SHAPE = "merges take inputs of one shape, so that a wrong edge is noticed; nothing is spread to fit"
ONE_INPUT = "a merge takes two inputs or more; of one input it would be an Identity"
ONE_MATRIX = "two stacks of matrices are multiplied; Dense multiplies everything by one matrix of weights"
CONSTANTS = "SELU has its own two constants only: with others it would not normalize itself"
GENERATOR = "which numbers are dropped depends on the generator of random numbers, and ours is another one"
NO_SUCH_CLASS = "a class number that does not exist is refused as a mistake in the data; it does not leave a sample out"
THREE_AXES = "our layers are for signals and images; there is none for volumes"
ENLARGES = "UpSample2D makes rows and columns a whole number of times as many, and each as often as any other"
EVENLY = "UpSample2D treats all pixels alike, as Keras does; here those at one edge or at both count for more or less"
FOUR_AXES = "a sample has four axes at most, and these would be five"
NO_WINDOW = "MultiHeadAttention lets each step attend to all steps, or to all before it, not to a window of them"
ONE_LENGTH = "all sequences of a batch have one length; there is nothing at their ends to be left out"
NO_MASK = "MultiHeadAttention has no mask of its own for each step, only the causal one"

CASES: dict[str, str] = {
    "add_*int*": INTEGERS,
    "sub_*int*": INTEGERS,
    "mul_*int*": INTEGERS,
    "max_*int?": INTEGERS,
    "max_*int??": INTEGERS,
    "max_float16": HALF_PRECISION,
    "celu_*float16": HALF_PRECISION,
    "matmul_3d": ONE_MATRIX,
    "matmul_4d": ONE_MATRIX,
    "matmul_1d_3d": ONE_MATRIX,
    "matmul_bcast": ONE_MATRIX,
    "*_bcast": ONE_SHAPE,
    "sum_one_input": ONE_INPUT,
    "mean_one_input": ONE_INPUT,
    "max_one_input": ONE_INPUT,
    "selu": CONSTANTS,
    "selu_example": CONSTANTS,
    "training_dropout": GENERATOR,
    "training_dropout_mask": GENERATOR,
    "training_dropout_default*": GENERATOR,
    "identity_sequence": "what flows between layers is one array, not a list of them",
    "identity_opt": "what flows between layers is one array, and it is always there",
    "gather_negative_indices": "Embedding looks up numbers from 0 on; a negative one is a mistake in the data",
    "reshape_allowzero_reordered": "an empty batch or sample is refused: there is nothing to compute",
    "gemm_default_matrix_bias": "Dense has one bias for each unit, not one for each sample",
    "lstm_with_peepholes": "LSTM has no peepholes, as in Keras and PyTorch: its gates do not look at the memory",
    "convtranspose_3d": THREE_AXES,
    "maxpool_3d_*": THREE_AXES,
    "averagepool_3d_*": THREE_AXES,
    "maxpool_2d_uint8": INTEGERS,
    "*pool_2d_dilations": "windows of pooling have no gaps, as in Keras",
    "edge_pad": INTEGERS,
    "reflect_pad": INTEGERS,
    "wrap_pad": INTEGERS,
    "resize_downsample*": ENLARGES,
    "resize_upsample_*cubic*": "UpSample2D repeats pixels or goes straight from one to the next; it has no curves",
    "resize_tf_crop_and_resize*": "a part of the image is cut out first, and no layer does that",
    "resize_upsample_sizes_nearest": ENLARGES,
    "resize_upsample_sizes_nearest_axes_*": ENLARGES,
    "resize_upsample_sizes_nearest_not_larger": ENLARGES,
    "resize_upsample_*_align_corners": EVENLY,
    "resize_upsample_*_asymmetric": EVENLY,
    "resize_upsample_*_ceil_half_pixel": EVENLY,
    "resize_upsample_*_symmetric": ENLARGES,
    "unsqueeze_three_axes": FOUR_AXES,
    "unsqueeze_unsorted_axes": FOUR_AXES,
    "attention_*fp16*": HALF_PRECISION,
    "attention_*bf16": HALF_PRECISION,
    "attention_*float16*": HALF_PRECISION,
    "attention_24_qk_matmul_output_mode3_softmax_precision": HALF_PRECISION,
    "attention_*past*": "keys and values of earlier calls are for writing a text word by word, not for training",
    "attention_*softcap*": "MultiHeadAttention has no soft cap on its products, as in Keras and PyTorch",
    "attention_local_window": NO_WINDOW,
    "attention_local_window_[!d]*": NO_WINDOW,
    "attention_bidirectional_window": NO_WINDOW,
    "attention_3d_local_window": NO_WINDOW,
    "attention_*nonpad*": ONE_LENGTH,
    "attention_*padded_kv": ONE_LENGTH,
    "attention_*mask*": NO_MASK,
    "attention_4d_with_qk_matmul_?*": NO_MASK,
    "sce_NCd1_mean_weight_negative_ii*": NO_SUCH_CLASS,
    "sce_NCd1d2d3_none_no_weight_negative_ii*": NO_SUCH_CLASS,
    "sce_NCd1d2d3_sum_weight_high_ii*": NO_SUCH_CLASS,
    "nllloss_*": "these inputs are no logarithms of probabilities, which our loss makes of its own by softmax",
}
"""Cases of covered operators by name or pattern; the first that fits counts. A test holds that none could be run."""

OUTPUTS: dict[tuple[str, str], str] = {
    ("Attention", "qk_matmul_output"): "the layer gives what the steps take, not how they came to it",
    ("MaxPool", "Indices"): "the layer finds out where the largest number was only on the way back",
    ("LayerNormalization", "Mean"): "the layer keeps it to itself; what it gives depends on it",
    ("LayerNormalization", "InvStdDev"): "the layer keeps it to itself; what it gives depends on it",
    ("LSTM", "Y_c"): "the layer keeps its memory to itself; what it gives, h, is compared and depends on all of it",
    ("SoftmaxCrossEntropyLoss", "log_prob"): "the loss gives its value and its gradient, not what it has in between",
    ("Dropout", "mask"): "the layer keeps its mask for the way back and gives no second output",
}
"""Second outputs of operators that a layer does not give. All others of the same case are compared."""
