// Where the build puts the shipped model, from the extension's root.

export const MODEL_FOLDER = "converted_models/ifmd/";
